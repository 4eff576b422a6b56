// JSON that strangers wrote. What is nested without end would overflow the stack of whatever walks through it afterwards:
// a schema, `JSON.stringify`, a comparison. So its depth is measured on the text, before anything is built.

/** Arrays and objects inside one another. Our own formats need less than a dozen, networks of TensorFlow.js a few more. */
const DEPTH_LIMIT = 100;

/**
 * Parses JSON whose nesting is bounded.
 * @param source The text, or its bytes in UTF-8.
 * @param failure Makes the error out of a reason, such as `not JSON (Unexpected end of JSON input)`.
 * @throws what `failure` makes, for anything but JSON of at most 100 levels.
 */
export function parseJson(source: string | Uint8Array, failure: (reason: string, cause?: unknown) => Error): unknown {
  let value: unknown;
  let text: string;
  try {
    text = typeof source === 'string' ? source : new TextDecoder('utf-8', { fatal: true }).decode(source);
  } catch (cause) {
    throw failure('not JSON (its bytes are not UTF-8)', cause);
  }
  if (isDeeperThan(text, DEPTH_LIMIT)) throw failure(`JSON of more than ${DEPTH_LIMIT} levels inside one another`);
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw failure(`not JSON (${cause instanceof Error ? cause.message : String(cause)})`, cause);
  }
  return value;
}

/** Follows brackets outside of strings. In a text that is no JSON the count means nothing, and the parser refuses it. */
function isDeeperThan(text: string, limit: number): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (inString) {
      if (character === 0x5c) at++;
      else if (character === 0x22) inString = false;
    } else if (character === 0x22) {
      inString = true;
    } else if (character === 0x5b || character === 0x7b) {
      depth++;
      if (depth > limit) return true;
    } else if (character === 0x5d || character === 0x7d) {
      depth--;
    }
  }
  return false;
}

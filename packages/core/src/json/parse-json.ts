// JSON from untrusted sources. Very deep nesting would overflow the stack of code that walks through the value later: a
// schema,
// `JSON.stringify`, a comparison. The depth is therefore measured on the text, before parsing.

/**
 * Levels of nested arrays and objects. This project's formats need less than a dozen, networks of TensorFlow.js a few
 * more.
 */
const DEPTH_LIMIT = 100;

/**
 * Parses JSON of limited nesting depth.
 * @param source The text, or its bytes in UTF-8.
 * @param failure Makes the error from a reason, such as `not JSON (Unexpected end of JSON input)`.
 * @throws the error that `failure` makes, for anything but JSON of at most 100 levels.
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

/**
 * Counts brackets outside strings. For a text that is not JSON the count has no meaning, and the parser rejects the
 * text.
 */
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

import { ZtwError } from '@ztw/core';

/**
 * The text that a person sees when a command fails: one line that says what is wrong and, where there is more to say, a hint.
 * Stacks are for defects, so they need `verbose`.
 */
export function describeError(error: unknown, verbose: boolean): string {
  const message = error instanceof Error ? error.message : String(error);
  const lines = [`error: ${message}`];
  if (verbose) lines.push(...stackLines(error));
  else if (!ZtwError.isInstance(error)) lines.push('hint: this was not foreseen; --verbose shows where it happened');
  return `${lines.join('\n')}\n`;
}

function stackLines(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [];
  const own = (error.stack ?? '').split('\n').slice(1);
  if (error.cause === undefined) return own;
  const cause = error.cause instanceof Error ? error.cause.message : String(error.cause);
  return [...own, `caused by: ${cause}`, ...stackLines(error.cause)];
}

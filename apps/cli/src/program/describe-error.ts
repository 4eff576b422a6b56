import { ZtwError } from '@ztw/core';
import pc from 'picocolors';

export interface DescribeErrorOptions {
  /** Also where it happened, and what caused it. */
  readonly verbose: boolean;
  readonly colours: boolean;
}

/**
 * The text that a person sees when a command fails: one line that says what is wrong and, for what was not foreseen, a hint.
 * Stacks are for defects, so they need `verbose`.
 */
export function describeError(error: unknown, { verbose, colours }: DescribeErrorOptions): string {
  const { red, dim } = pc.createColors(colours);
  const message = error instanceof Error ? error.message : String(error);
  const lines = [`${red('error:')} ${message}`];
  if (verbose) lines.push(...stackLines(error).map(dim));
  else if (!ZtwError.isInstance(error)) lines.push('hint: this was not foreseen; --verbose shows where it happened');
  return `${lines.join('\n')}\n`;
}

function stackLines(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [];
  const own = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  if (error.cause === undefined) return own;
  const cause = error.cause instanceof Error ? error.cause.message : String(error.cause);
  return [...own, `caused by: ${cause}`, ...stackLines(error.cause)];
}

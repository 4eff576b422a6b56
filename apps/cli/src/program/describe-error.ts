import { AbortedError, ZtwError } from '@ztw/core';
import pc from 'picocolors';

export interface DescribeErrorOptions {
  /** Whether to show stacks and causes. */
  readonly verbose: boolean;
  readonly colours: boolean;
}

/**
 * The text that the user sees when a command fails: one line that says what is wrong and, for unexpected errors, a
 * hint. Stacks are for defects, so they are shown with `verbose` only.
 */
export function describeError(error: unknown, { verbose, colours }: DescribeErrorOptions): string {
  const { red, dim } = pc.createColors(colours);
  const lines = [`${red('error:')} ${messageOf(error)}`];
  if (verbose) lines.push(...stackLines(error).map(dim));
  else if (!ZtwError.isInstance(error))
    lines.push('hint: this is an unexpected error; run again with --verbose to see where it happened');
  return `${lines.join('\n')}\n`;
}

/** The library speaks of signals, the user of a stopped command. */
function messageOf(error: unknown): string {
  if (AbortedError.isInstance(error)) return 'Stopped before the command was finished.';
  return error instanceof Error ? error.message : String(error);
}

function stackLines(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [];
  const own = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  if (error.cause === undefined) return own;
  const cause = error.cause instanceof Error ? error.cause.message : String(error.cause);
  return [...own, `caused by: ${cause}`, ...stackLines(error.cause)];
}

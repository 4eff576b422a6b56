import { AbortedError, RuntimeFailureError, StorageError, ZtwError } from '@ztw/core';

/** Exit codes of the command; documented in `ztw --help`. */
export const exitCodes = {
  /** Everything was done. */
  ok: 0,
  /** Something failed while it ran: a full disk, a runtime, a defect. */
  failure: 1,
  /** The command line, a model, a bundle or the data is invalid. */
  badInput: 2,
  /** Stopped from outside by Ctrl-C or SIGTERM. */
  interrupted: 130,
} as const;

/** The exit code for an error that ended a command. */
export function exitCodeOf(error: unknown): number {
  if (AbortedError.isInstance(error)) return exitCodes.interrupted;
  if (RuntimeFailureError.isInstance(error) || StorageError.isInstance(error)) return exitCodes.failure;
  return ZtwError.isInstance(error) ? exitCodes.badInput : exitCodes.failure;
}

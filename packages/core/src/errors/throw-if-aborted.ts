import { AbortedError } from './errors.ts';

/**
 * Stops work that the caller has aborted.
 * @param work Name of the work, for the message: `classification`.
 * @throws AbortedError if the signal has fired, with its reason as `cause`.
 */
export function throwIfAborted(signal: AbortSignal | null | undefined, work: string): void {
  if (signal?.aborted) {
    throw new AbortedError(`The ${work} was stopped by its AbortSignal.`, { cause: signal.reason });
  }
}

import { AbortedError } from './errors.ts';

/**
 * Stops work that the caller has called off.
 * @param work What stops, for the message: `classification`.
 * @throws AbortedError where the signal has fired, with its reason as `cause`.
 */
export function throwIfAborted(signal: AbortSignal | null | undefined, work: string): void {
  if (signal?.aborted) {
    throw new AbortedError(`The ${work} was stopped by its AbortSignal.`, { cause: signal.reason });
  }
}

import { throwIfAborted } from '@ztw/core/runtime';

/**
 * Runs a job for every index from 0, at most `width` at a time, in ascending order of their starts.
 * The first failure stops the start of further jobs and is thrown once those under way have ended.
 * @throws AbortedError once the signal has fired.
 */
export async function forEachBounded(
  count: number,
  width: number,
  job: (index: number) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  let next = 0;
  let failed = false;
  const worker = async (): Promise<void> => {
    while (next < count && !failed) {
      const index = next++;
      try {
        throwIfAborted(signal, 'reading of the data');
        await job(index);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const workers = Array.from({ length: Math.min(width, count) }, worker);
  const outcomes = await Promise.allSettled(workers);
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}

// Waiting for work that cannot be interrupted: a stage that runs, or one that is under way.

import { AbortedError } from '@ztw/core';

/** A promise that waits no longer than a signal allows. The work itself goes on, and frees what it holds. */
export function untilAborted<Value>(work: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  return signal === undefined ? work : (firstOf(work, null, signal) as Promise<Value>);
}

/**
 * The values of a generator until a deadline. It always waits for the first value.
 * @param deadline In the time of `performance.now`; infinity for none.
 * @throws AbortedError where the signal fires.
 */
export async function* untilDeadline<Value>(
  values: AsyncGenerator<Value, void, undefined>,
  deadline: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Value, void, undefined> {
  try {
    for (let limit: number | null = null; ; limit = deadline === Number.POSITIVE_INFINITY ? null : deadline) {
      const next = await firstOf(values.next(), limit, signal);
      if (next === null || next.done === true) return;
      yield next.value;
      // Kernels that run synchronously let no timer fire.
      if (performance.now() >= deadline) return;
    }
  } finally {
    // It ends after the stage that it is waiting for. Nobody waits for that, and its failure concerns nobody.
    values.return().catch(() => undefined);
  }
}

/** The value of the work, or null at the deadline. */
function firstOf<Value>(
  work: Promise<Value>,
  deadline: number | null,
  signal: AbortSignal | undefined,
): Promise<Value | null> {
  return new Promise((resolve, reject) => {
    const settle = (outcome: () => void): void => {
      if (timer !== null) clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      outcome();
    };
    const abort = (): void =>
      settle(() =>
        reject(new AbortedError('The classification was stopped by its AbortSignal.', { cause: signal?.reason })),
      );
    const timer =
      deadline === null
        ? null
        : setTimeout(() => settle(() => resolve(null)), Math.max(0, deadline - performance.now()));
    work.then(
      (value) => settle(() => resolve(value)),
      (error: unknown) => settle(() => reject(error)),
    );
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
}

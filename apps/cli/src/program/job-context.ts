// What a long job tells while it runs, and how it is stopped. Jobs take plain values and print nothing.

import { AbortedError } from '@ztw/core';

/** Where a job stands. */
export interface JobProgress {
  /** What is being done, for people: `Reading images`. A new name begins a new phase. */
  readonly phase: string;
  readonly done: number;
  readonly total: number;
  /** Seconds that are left of this phase, where the job knows better than its mean speed says; else null. */
  readonly remainingSeconds: number | null;
  /** One short line of facts: `cut 3 of 8, epoch 2 of 5, loss 0.41`; null where there is nothing to add. */
  readonly detail: string | null;
}

/** Passed through every job. */
export interface JobContext {
  /** Called often; must be cheap. */
  onProgress(progress: JobProgress): void;
  /** One fact that a person should read: a skipped image, a resumed job. */
  onNote(text: string): void;
  readonly signal: AbortSignal;
}

/** @throws AbortedError when the job has been asked to stop. */
export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new AbortedError('stopped before it was finished');
}

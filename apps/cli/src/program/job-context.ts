// How a long job reports and how it is stopped. Jobs take plain values and print nothing.

import { AbortedError } from '@ztw/core';

/** Progress of a job. */
export interface JobProgress {
  /** What is being done, for people: `Reading images`. A new name begins a new phase. */
  readonly phase: string;
  readonly done: number;
  readonly total: number;
  /** Remaining seconds of this phase, if the job has a better estimate than its mean speed; else null. */
  readonly remainingSeconds: number | null;
  /** One short line: `cut 3 of 8, epoch 2 of 5, loss 0.41`; null if there is nothing to add. */
  readonly detail: string | null;
}

/** Passed through every job. */
export interface JobContext {
  /** Called often; must be cheap. */
  onProgress(progress: JobProgress): void;
  /** A note for the user: a skipped image, a resumed job. */
  onNote(text: string): void;
  readonly signal: AbortSignal;
}

/** @throws AbortedError if the job was asked to stop. */
export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new AbortedError('stopped before it was finished');
}

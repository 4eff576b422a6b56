import { AbortedError, type BlobStore } from '@ztw/core';
import type { MathKernels } from '@ztw/core/runtime';
import type { MemoryBudget } from '../features/memory-budget.ts';
import type { TrainingJob } from './training-job.ts';
import type { OverallProgress, TrainingProgress } from './training-progress.ts';
import type { WorkMeter } from './work-meter.ts';

/** State that the parts of one trainer call share. */
export interface TrainingRun {
  readonly job: TrainingJob;
  readonly kernels: MathKernels;
  readonly scratch: BlobStore;
  readonly budget: MemoryBudget;
  readonly meter: WorkMeter;
  /** Reports an event with the progress of the whole job. */
  report(event: WithoutProgress<TrainingProgress>): void;
  /**
   * Yields to timers, signals and user interfaces at intervals.
   * @throws AbortedError once the caller's signal has fired.
   */
  breathe(): Promise<void>;
}

/** Each kind of event without the common fields. */
export type WithoutProgress<Event> = Event extends OverallProgress ? Omit<Event, keyof OverallProgress> : never;

/** Maximum milliseconds that training blocks the event loop. */
const longestHold = 50;

/** Makes `breathe` for a signal. */
export function createBreather(signal: AbortSignal | undefined): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last > longestHold) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      last = performance.now();
    }
    if (signal?.aborted) {
      throw new AbortedError(
        'Training was stopped by its AbortSignal. With checkpoints, the next call resumes from the last one.',
        {
          cause: signal.reason,
        },
      );
    }
  };
}

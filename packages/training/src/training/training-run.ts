import { AbortedError, type BlobStore } from '@ztw/core';
import type { MathKernels } from '@ztw/core/runtime';
import type { MemoryBudget } from '../features/memory-budget.ts';
import type { TrainingJob } from './training-job.ts';
import type { OverallProgress, TrainingProgress } from './training-progress.ts';
import type { WorkMeter } from './work-meter.ts';

/** What the parts of one call of the trainer share. */
export interface TrainingRun {
  readonly job: TrainingJob;
  readonly kernels: MathKernels;
  readonly scratch: BlobStore;
  readonly budget: MemoryBudget;
  readonly meter: WorkMeter;
  /** Reports an event, with how far the whole job is. */
  report(event: WithoutProgress<TrainingProgress>): void;
  /**
   * Lets timers, signals and user interfaces have a turn when it is time.
   * @throws AbortedError where the caller's signal has fired.
   */
  breathe(): Promise<void>;
}

/** Each kind of event without the fields that all have. */
export type WithoutProgress<Event> = Event extends OverallProgress ? Omit<Event, keyof OverallProgress> : never;

/** The longest time, in milliseconds, that training holds the event loop. */
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
        'Training was stopped by its AbortSignal. Where checkpoints are kept, the next start goes on from the last one.',
        {
          cause: signal.reason,
        },
      );
    }
  };
}

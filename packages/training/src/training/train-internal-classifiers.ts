// The single-sweep trainer. The cascade's previous logits are constants. So an IC depends on earlier ICs only through
// their logits, which no longer change once those ICs are trained. The features of all rows therefore move through the
// backbone once, cut by cut.

import type { BlobStore } from '@ztw/core';
import { jobFingerprint } from '../checkpoint/job-fingerprint.ts';
import { createTrainingCheckpoint } from '../checkpoint/training-checkpoint.ts';
import { featurePrefix } from '../features/feature-store.ts';
import { createMemoryBudget } from '../features/memory-budget.ts';
import { guardStorage } from '../storage/guard-storage.ts';
import type { SweepStatistics } from './cut-features.ts';
import { type SweepOutcome, sweep } from './sweep.ts';
import type { TrainOptions, TrainResult } from './train-options.ts';
import { networkLogits, trainedVariants } from './trained-variants.ts';
import { prepareJob } from './training-job.ts';
import type { TrainingProgress } from './training-progress.ts';
import { createBreather, type TrainingRun } from './training-run.ts';
import { skipFinishedWork, totalUnits } from './work-estimate.ts';
import { createWorkMeter } from './work-meter.ts';

/** Default maximum bytes of features in memory. */
export const defaultMemoryLimit: number = 2 * 2 ** 30;

/**
 * Trains one IC per cut and variant on frozen features, in one sweep. The features of all rows move forward segment by
 * segment. The ICs at each cut are trained on them with the previous ICs' logits as constants; then earlier features
 * are freed. The backbone sees each augmented copy of the training data once; distillation adds one pass for its
 * predictions. The same seed, data and backbone give the same bytes, even after any number of kills and resumes.
 * Source: Zero Time Waste, section 3; the sweep is this project's.
 * @throws InvalidInputError for options that conflict, or checkpoints of another job.
 * @throws InvalidDataError for empty data, labels out of range, or input of a wrong size.
 * @throws RuntimeFailureError for a loss that is not finite, or a backbone with wrong output.
 * @throws StorageError if features or checkpoints cannot be written or read.
 * @throws AbortedError once the signal fired; with `checkpoints`, the next call resumes.
 */
export async function trainInternalClassifiers(options: TrainOptions): Promise<TrainResult> {
  const begin = performance.now();
  const job = prepareJob(options);
  const { kernels, scratch, checkpoints = null, onProgress, signal } = options;
  const budget = createMemoryBudget(options.memoryLimit ?? defaultMemoryLimit);
  const meter = createWorkMeter(totalUnits(job));
  const run: TrainingRun = {
    job,
    kernels,
    scratch,
    budget,
    meter,
    report(event) {
      // The event has all fields of its kind except those added here.
      onProgress?.({ ...event, ...meter.overall() } as TrainingProgress);
    },
    breathe: createBreather(signal),
  };
  const checkpoint =
    checkpoints === null ? null : createTrainingCheckpoint(checkpoints, jobFingerprint(job), job.variants.length);
  const resume = (await checkpoint?.load()) ?? null;
  if (resume !== null) {
    skipFinishedWork(meter, job, resume);
    const { finished, state } = resume;
    run.report({ kind: 'resumed', cut: finished.length, cuts: job.cuts, epoch: state?.epoch ?? 0 });
  }
  await wipeScratch(scratch);
  const statistics: SweepStatistics = { trainRowsThrough: [], spilledBytes: 0 };
  let outcome: SweepOutcome;
  try {
    await run.breathe();
    outcome = await sweep(run, checkpoint, resume, statistics);
  } catch (error) {
    await wipeScratch(scratch).catch(() => undefined); // report the first failure
    throw error;
  }
  await wipeScratch(scratch);
  return {
    variants: trainedVariants(job, outcome),
    networkLogits: job.wantNetworkLogits ? networkLogits(job, outcome) : null,
    backbonePasses: Math.max(0, ...statistics.trainRowsThrough) / (job.data.rows * job.data.copies),
    peakFeatureBytes: budget.peak(),
    spilledBytes: statistics.spilledBytes,
    timings: {
      featureSeconds: meter.seconds('features'),
      trainingSeconds: meter.seconds('training'),
      logitsSeconds: meter.seconds('logits'),
      totalSeconds: (performance.now() - begin) / 1000,
    },
  };
}

async function wipeScratch(scratch: BlobStore): Promise<void> {
  await guardStorage('clear the scratch store', 'Check that its folder can be read and written.', async () => {
    for (const name of await scratch.list(featurePrefix)) {
      await scratch.delete(name);
    }
  });
}

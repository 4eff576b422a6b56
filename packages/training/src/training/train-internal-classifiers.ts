// The single-sweep trainer. The cascade's previous logits are constants. So an IC depends on earlier ICs only through
// their logits, which no longer change once those ICs are trained. So the rows move through the backbone once, and the ICs
// are trained on what was stored of it.

import { jobFingerprint } from '../checkpoint/job-fingerprint.ts';
import { createTrainingCheckpoint } from '../checkpoint/training-checkpoint.ts';
import { createMemoryBudget } from '../features/memory-budget.ts';
import { createPassRecord, wipeFeatures } from './pass-record.ts';
import type { SweepStatistics } from './run-pass.ts';
import { type SweepOutcome, sweep } from './sweep.ts';
import { planSweep, type SweepPlan } from './sweep-plan.ts';
import type { TrainOptions, TrainResult } from './train-options.ts';
import { networkLogits, trainedVariants } from './trained-variants.ts';
import { prepareJob } from './training-job.ts';
import type { PlannedProgress, TrainingProgress } from './training-progress.ts';
import { createBreather, type TrainingRun, type WithoutProgress } from './training-run.ts';
import { skipFinishedWork, totalUnits } from './work-estimate.ts';
import { createWorkMeter } from './work-meter.ts';

/** Default maximum bytes of features in memory. */
export const defaultMemoryLimit: number = 2 * 2 ** 30;

/**
 * Trains one IC per cut and variant on frozen features, in one sweep. The rows run through the backbone batch by batch,
 * in one pass or several (`planPasses`), and what the ICs read is stored. Then the ICs of one cut after the other are
 * trained with the previous ICs' logits as constants. The backbone sees each augmented copy of the training data once;
 * distillation in several passes adds one for its predictions. The same seed, data and backbone give the same bytes,
 * for any memory limit, even after any number of kills and resumes.
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
  const { kernels, scratch, checkpoints = null, features = null, onProgress, signal } = options;
  const memoryLimit = options.memoryLimit ?? defaultMemoryLimit;
  const checkpoint =
    checkpoints === null ? null : createTrainingCheckpoint(checkpoints, jobFingerprint(job), job.variants.length);
  const resume = (await checkpoint?.load()) ?? null;
  const earlier = features === null ? null : (resume?.features ?? null);
  const plan = planSweep(job, resume, { isRecorded: earlier !== null, memoryLimit });
  const record =
    checkpoint === null || features === null || plan.passes.length > 1 || plan.rows.trainRows === 0
      ? null
      : createPassRecord(features, checkpoint, earlier, plan);
  const budget = createMemoryBudget(memoryLimit);
  const meter = createWorkMeter(totalUnits(job, plan));
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
  if (resume !== null) {
    skipFinishedWork(meter, job, plan, resume);
    const { finished, state } = resume;
    run.report({ kind: 'resumed', cut: finished.length, cuts: job.cuts, epoch: state?.epoch ?? 0 });
  }
  if (resume?.finalLogits == null) run.report(planned(plan, memoryLimit, record !== null));
  await wipeFeatures(scratch, 'scratch store');
  if (features !== null && earlier === null) await wipeFeatures(features, 'store of features');
  const statistics: SweepStatistics = { trainRowsThrough: [], spilledBytes: 0 };
  let outcome: SweepOutcome;
  try {
    await run.breathe();
    outcome = await sweep(run, { plan, checkpoint, resume, record, statistics });
  } catch (error) {
    await wipeFeatures(scratch, 'scratch store').catch(() => undefined); // report the first failure
    throw error;
  }
  await wipeFeatures(scratch, 'scratch store');
  if (features !== null) await wipeFeatures(features, 'store of features');
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

function planned(
  { rows, passes, peakBytes }: SweepPlan,
  memoryLimit: number,
  isRecorded: boolean,
): WithoutProgress<PlannedProgress> {
  const memoryBytes = Math.min(peakBytes, memoryLimit);
  return {
    kind: 'planned',
    rows: rows.rows,
    passes: passes.length,
    featureBytes: peakBytes,
    memoryBytes,
    storedBytes: isRecorded ? peakBytes : peakBytes - memoryBytes,
  };
}

import type { TrainLogits } from '../checkpoint/resume-point.ts';
import { createFeatureDecoder } from '../features/feature-decoder.ts';
import type { CutTask } from './cut-task.ts';
import type { Learner } from './learner.ts';
import type { TrainingRun } from './training-run.ts';
import { valueAt } from './value-at.ts';
import { logitsUnits } from './work-estimate.ts';

/**
 * Runs the trained ICs of one cut on all held-out rows, and on all copies of the training rows if the next cut's
 * cascade reads them.
 * @returns per variant, `[copies * rows, classes]` or null, and `[heldOut.rows, classes]`
 */
export async function logitsOnAllRows(
  run: TrainingRun,
  task: Pick<CutTask, 'cut' | 'plan' | 'cached' | 'previousHeldOutLogits' | 'previousTrainLogits'>,
  learners: readonly Learner[],
): Promise<{ readonly trainLogits: TrainLogits; readonly heldOutLogits: readonly Float32Array[] }> {
  const { job, meter } = run;
  const { classes } = job;
  const { cut, plan, cached, previousHeldOutLogits, previousTrainLogits } = task;
  const decoder = createFeatureDecoder(valueAt(job.backbone.cuts, cut).cachedShape);
  const trainPositions = plan.trainRows * plan.copies;
  const trainLogits = job.variants.map(({ heads }) =>
    heads[cut + 1]?.usesPreviousLogits === true ? new Float32Array(trainPositions * classes) : null,
  );
  const heldOutLogits = learners.map(() => new Float32Array(plan.heldOutRows * classes));
  for (const batch of plan.batches) {
    const isHeldOut = batch.copy === null;
    const targets = isHeldOut ? heldOutLogits : trainLogits;
    if (targets.every((target) => target === null)) {
      continue;
    }
    const start = performance.now();
    const input = decoder.decode(await cached.readRange(batch.start, batch.rows), batch.rows);
    const from = (isHeldOut ? batch.start - trainPositions : batch.start) * classes;
    const to = from + batch.rows * classes;
    for (const [index, learner] of learners.entries()) {
      const before = isHeldOut ? previousHeldOutLogits[index] : previousTrainLogits?.[index];
      const previous = learner.head.usesPreviousLogits ? (before?.subarray(from, to) ?? null) : null;
      targets[index]?.set(learner.logits(input, previous), from);
    }
    meter.add('logits', batch.rows * logitsUnits(job, cut), (performance.now() - start) / 1000);
    await run.breathe();
  }
  return { trainLogits, heldOutLogits };
}

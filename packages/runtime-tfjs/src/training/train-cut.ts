// The ICs of one cut: trained together, batch by batch, on the same cached features.

import { type FeatureRows, RuntimeFailureError, rowSize, takeRows } from '@ztw/core';
import type { CutState, FinishedCut, TrainLogits } from '../checkpoint/training-checkpoint.ts';
import { createFeatureDecoder } from '../features/feature-decoder.ts';
import { type FeatureStore, newFeatureRows } from '../features/feature-store.ts';
import type { RowPlan } from '../features/row-plan.ts';
import { createLearner, type Learner } from './learner.ts';
import { epochOrder, initialisationSeed } from './random-order.ts';
import { learningRateAt } from './training-recipe.ts';
import type { TrainingRun } from './training-run.ts';
import { logitsUnits, needsTrainLogits, stepUnits } from './work-estimate.ts';

export interface CutTask {
  readonly cut: number;
  readonly plan: RowPlan;
  /** What the ICs are trained on. */
  readonly cached: FeatureStore;
  /** Of the cut before, per variant, `[copies * rows, classes]`; null at the first cut. */
  readonly previousTrainLogits: TrainLogits | null;
  /** Of the cut before; null at the first cut. */
  readonly previousCut: FinishedCut | null;
  /** The backbone's own `[copies * rows, classes]`; null without distillation. */
  readonly teacherLogits: Float32Array | null;
  /** Where to go on; null starts anew. */
  readonly resumed: CutState | null;
  /** Writes a checkpoint in the middle of the cut. */
  save(state: CutState): Promise<void>;
}

export interface TrainedCut {
  readonly finished: FinishedCut;
  readonly trainLogits: TrainLogits;
  /** Per variant, milliseconds per step; null where no step was made in this process. */
  readonly stepMilliseconds: readonly (number | null)[];
}

/**
 * Trains the ICs of one cut and runs them over all rows that somebody will ask for.
 * @throws RuntimeFailureError where a loss is not a finite number.
 * @throws AbortedError where the signal fired, after a checkpoint was written.
 */
export async function trainCut(run: TrainingRun, task: CutTask): Promise<TrainedCut> {
  const { job } = run;
  const { cut, resumed } = task;
  const learners = job.variants.map(({ heads }, index) =>
    createLearner(
      valueAt(heads, cut),
      job.recipe,
      run.kernels,
      initialisationSeed(job.recipe.seed, cut),
      resumed?.learners[index] ?? null,
    ),
  );
  const stepMilliseconds = await trainEpochs(run, task, learners);
  const { trainLogits, heldOutLogits } = await allLogits(run, task, learners);
  const ics = learners.map((learner, index) => {
    const { lastEpoch } = learner.state();
    if (lastEpoch === null) {
      throw new Error(`internal: an IC of cut ${cut} is done without an epoch`);
    }
    return {
      values: learner.parameters.values,
      trainLoss: lastEpoch.loss / lastEpoch.rows,
      trainAccuracy: lastEpoch.correct / lastEpoch.rows,
      heldOutLogits: valueAt(heldOutLogits, index),
    };
  });
  return { finished: { ics }, trainLogits, stepMilliseconds };
}

async function trainEpochs(
  run: TrainingRun,
  task: CutTask,
  learners: readonly Learner[],
): Promise<readonly (number | null)[]> {
  const { job, meter } = run;
  const { recipe, data, classes, backbone } = job;
  const { cut, plan, cached, previousTrainLogits, teacherLogits } = task;
  const description = valueAt(backbone.cuts, cut);
  const decoder = createFeatureDecoder(description.cachedShape);
  const elements = rowSize(description.cachedShape);
  const stored = newFeatureRows(backbone.precision, Math.min(recipe.batchSize, data.rows) * elements);
  const steps = Math.ceil(data.rows / recipe.batchSize);
  const spent = learners.map(() => 0);
  let stepsHere = 0;
  let epoch = task.resumed?.epoch ?? 0;
  let step = task.resumed?.step ?? 0;
  const save = (): Promise<void> =>
    task.save({ cut, epoch, step, learners: learners.map((learner) => learner.state()) });

  for (; epoch < recipe.epochs; step = 0) {
    const order = epochOrder(recipe.seed, cut, epoch, data.rows, data.copies);
    for (; step < steps; ) {
      const start = performance.now();
      const first = step * recipe.batchSize;
      const rows = order.rows.subarray(first, first + recipe.batchSize);
      const positions = rows.map((row, index) => plan.positionOf(row, order.copies[first + index] as number));
      const batch: FeatureRows = stored.subarray(0, rows.length * elements);
      await cached.gather(positions, batch);
      const input = decoder.decode(batch, rows.length);
      const targets = {
        labels: data.labels === null ? null : rows.map((row) => (data.labels as Int32Array)[row] as number),
        teacherLogits: teacherLogits && takeRows(teacherLogits, classes, positions),
      };
      const learningRate = learningRateAt(recipe, epoch * steps + step, steps);
      for (const [index, learner] of learners.entries()) {
        const before = performance.now();
        const previous = previousTrainLogits?.[index] ?? null;
        const loss = learner.step(
          input,
          learner.head.usesPreviousLogits && previous !== null ? takeRows(previous, classes, positions) : null,
          targets,
          learningRate,
        );
        if (!Number.isFinite(loss)) {
          throw lossFailure(run, cut, index, epoch, step, loss, input.values());
        }
        spent[index] = (spent[index] as number) + performance.now() - before;
      }
      step++;
      stepsHere++;
      meter.add('training', rows.length * stepUnits(job, cut), (performance.now() - start) / 1000);
      reportStep(run, learners, cut, epoch, step, steps);
      try {
        await run.breathe();
      } catch (error) {
        await save();
        throw error;
      }
    }
    for (const learner of learners) {
      learner.endEpoch();
    }
    epoch++;
    step = 0;
    await save();
  }
  return spent.map((milliseconds) => (stepsHere === 0 ? null : milliseconds / stepsHere));
}

/** Logits of the trained ICs on held-out rows, and on training rows where the next cut's cascade reads them. */
async function allLogits(
  run: TrainingRun,
  task: CutTask,
  learners: readonly Learner[],
): Promise<{ readonly trainLogits: TrainLogits; readonly heldOutLogits: readonly Float32Array[] }> {
  const { job, meter } = run;
  const { classes } = job;
  const { cut, plan, cached, previousCut, previousTrainLogits } = task;
  const decoder = createFeatureDecoder(valueAt(job.backbone.cuts, cut).cachedShape);
  const trainPositions = plan.trainRows * plan.copies;
  const wantsTrain = job.variants.map(({ heads }) => heads[cut + 1]?.usesPreviousLogits === true);
  const trainLogits = wantsTrain.map((wanted) => (wanted ? new Float32Array(trainPositions * classes) : null));
  const heldOutLogits = learners.map(() => new Float32Array(plan.heldOutRows * classes));
  for (const batch of plan.batches) {
    const isHeldOut = batch.copy === null;
    if (!isHeldOut && !needsTrainLogits(job, cut)) {
      continue;
    }
    const start = performance.now();
    const input = decoder.decode(await cached.readRange(batch.start, batch.rows), batch.rows);
    const from = (isHeldOut ? batch.start - trainPositions : batch.start) * classes;
    for (const [index, learner] of learners.entries()) {
      const target = isHeldOut ? valueAt(heldOutLogits, index) : (trainLogits[index] ?? null);
      if (target === null) {
        continue;
      }
      const before = isHeldOut ? previousCut?.ics[index]?.heldOutLogits : previousTrainLogits?.[index];
      const previous = learner.head.usesPreviousLogits ? before : undefined;
      target.set(learner.logits(input, previous?.subarray(from, from + batch.rows * classes) ?? null), from);
    }
    meter.add('logits', batch.rows * logitsUnits(job, cut), (performance.now() - start) / 1000);
    await run.breathe();
  }
  return { trainLogits, heldOutLogits };
}

function reportStep(
  run: TrainingRun,
  learners: readonly Learner[],
  cut: number,
  epoch: number,
  step: number,
  steps: number,
): void {
  const { variants, recipe, cuts } = run.job;
  for (const [index, learner] of learners.entries()) {
    const { loss, correct, rows } = learner.totals();
    run.report({
      kind: 'step',
      cut,
      cuts,
      variant: variants[index]?.name ?? '',
      epoch,
      epochs: recipe.epochs,
      step,
      steps,
      loss: loss / rows,
      accuracy: correct / rows,
    });
  }
}

function lossFailure(
  { job }: TrainingRun,
  cut: number,
  variant: number,
  epoch: number,
  step: number,
  loss: number,
  features: Float32Array,
): RuntimeFailureError {
  const finite = features.every(Number.isFinite);
  return new RuntimeFailureError(
    `The loss became ${loss} at cut ${cut} ("${job.backbone.cuts[cut]?.name}"), variant "${job.variants[variant]?.name}", ` +
      `epoch ${epoch}, step ${step} (all from 0). ` +
      (finite
        ? 'The features are finite, so the training diverged: lower the learning rate.'
        : 'The features are not finite: check the input and the network for NaN, or store features as float32.'),
  );
}

function valueAt<Value>(values: readonly Value[], index: number): Value {
  const value = values[index];
  if (value === undefined) {
    throw new Error(`internal: nothing at ${index} of ${values.length}`);
  }
  return value;
}

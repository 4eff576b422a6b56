// Trains the ICs of one cut together, batch by batch, on the same cached features.

import { RuntimeFailureError } from '@ztw/core';
import type { Activation } from '@ztw/core/runtime';
import type { FinishedCut, TrainLogits } from '../checkpoint/resume-point.ts';
import { createBatchReader } from './batch-reader.ts';
import type { CutTask } from './cut-task.ts';
import { createLearner, type Learner } from './learner.ts';
import { logitsOnAllRows } from './logits-on-all-rows.ts';
import { epochOrder, initialisationSeed } from './random-order.ts';
import { learningRateAt } from './training-recipe.ts';
import type { TrainingRun } from './training-run.ts';
import { valueAt } from './value-at.ts';
import { stepUnits } from './work-estimate.ts';

export interface TrainedCut {
  readonly finished: FinishedCut;
  readonly trainLogits: TrainLogits;
  /** Per variant, milliseconds per step; null if this process made no step. */
  readonly stepMilliseconds: readonly (number | null)[];
}

/**
 * Trains the ICs of one cut and runs them on all rows that need their logits.
 * @throws RuntimeFailureError if a loss is not a finite number.
 * @throws AbortedError once the signal fired, after a checkpoint was written.
 */
export async function trainCut(run: TrainingRun, task: CutTask): Promise<TrainedCut> {
  const { job, kernels } = run;
  const { cut, resumed } = task;
  const seed = initialisationSeed(job.recipe.seed, cut);
  const learners = job.variants.map(({ heads }, index) =>
    createLearner(valueAt(heads, cut), job.recipe, kernels, seed, resumed?.learners[index] ?? null),
  );
  const stepMilliseconds = await trainEpochs(run, task, learners);
  const { trainLogits, heldOutLogits } = await logitsOnAllRows(run, task, learners);
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

/** Returns each learner's milliseconds per step. */
async function trainEpochs(
  run: TrainingRun,
  task: CutTask,
  learners: readonly Learner[],
): Promise<readonly (number | null)[]> {
  const { recipe, data } = run.job;
  const { cut, resumed } = task;
  const readBatch = createBatchReader(run.job, task);
  const steps = Math.ceil(data.rows / recipe.batchSize);
  const spent = learners.map(() => 0);
  let stepsHere = 0;
  const save = (epoch: number, step: number): Promise<void> =>
    task.save({ cut, epoch, step, learners: learners.map((learner) => learner.state()) });

  for (let epoch = resumed?.epoch ?? 0; epoch < recipe.epochs; epoch++) {
    const order = epochOrder(recipe.seed, cut, epoch, data.rows, data.copies);
    for (let step = epoch === resumed?.epoch ? resumed.step : 0; step < steps; step++) {
      const start = performance.now();
      const batch = await readBatch(order, step);
      const learningRate = learningRateAt(recipe, epoch * steps + step, steps);
      for (const [index, learner] of learners.entries()) {
        const before = performance.now();
        const loss = learner.step(batch.input, batch.previousLogits[index] ?? null, batch.targets, learningRate);
        if (!Number.isFinite(loss)) {
          throw lossFailure(run, { cut, variant: index, epoch, step, loss, input: batch.input });
        }
        spent[index] = valueAt(spent, index) + performance.now() - before;
      }
      stepsHere++;
      run.meter.add('training', batch.input.rows * stepUnits(run.job, cut), (performance.now() - start) / 1000);
      reportStep(run, learners, { cut, epoch, step: step + 1, steps });
      try {
        await run.breathe();
      } catch (error) {
        await save(epoch, step + 1);
        throw error;
      }
    }
    for (const learner of learners) {
      learner.endEpoch();
    }
    await save(epoch + 1, 0);
  }
  return spent.map((milliseconds) => (stepsHere === 0 ? null : milliseconds / stepsHere));
}

function reportStep(
  { job, report }: TrainingRun,
  learners: readonly Learner[],
  position: { readonly cut: number; readonly epoch: number; readonly step: number; readonly steps: number },
): void {
  for (const [index, learner] of learners.entries()) {
    const { loss, correct, rows } = learner.totals();
    report({
      kind: 'step',
      ...position,
      cuts: job.cuts,
      epochs: job.recipe.epochs,
      variant: valueAt(job.variants, index).name,
      loss: loss / rows,
      accuracy: correct / rows,
    });
  }
}

function lossFailure(
  { job }: TrainingRun,
  at: {
    readonly cut: number;
    readonly variant: number;
    readonly epoch: number;
    readonly step: number;
    readonly loss: number;
    readonly input: Activation;
  },
): RuntimeFailureError {
  const cut = valueAt(job.backbone.cuts, at.cut);
  const variant = valueAt(job.variants, at.variant);
  const finite = at.input.values().every(Number.isFinite);
  return new RuntimeFailureError(
    `The loss became ${at.loss} at cut ${at.cut} ("${cut.name}"), variant "${variant.name}", ` +
      `epoch ${at.epoch}, step ${at.step} (all from 0). ` +
      (finite
        ? 'The features are finite, so the training diverged: lower the learning rate.'
        : 'The features are not finite: check the input and the network for NaN, or store features as float32.'),
    { received: at.loss, path: cut.name },
  );
}

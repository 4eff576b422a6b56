// One IC in training: its parameters, its program, and the optimiser's state.

import { type Activation, createScratchBuffer, type MathKernels } from '@ztw/core/runtime';
import { initialiseHead } from '@ztw/heads';
import type { EpochTotals, LearnerState } from '../checkpoint/resume-point.ts';
import { createHeadProgram } from '../layers/head-program.ts';
import { createParameterBlock, type ParameterBlock } from '../layers/parameter-block.ts';
import { type BatchTargets, batchLoss } from '../loss/batch-loss.ts';
import { type AdamState, adamStep, initialAdamState } from '../optimiser/adam.ts';
import type { PreparedHead } from './training-job.ts';
import type { TrainingRecipe } from './training-recipe.ts';

export interface Learner {
  readonly head: PreparedHead;
  readonly parameters: ParameterBlock;
  /** One optimiser step on one batch; returns the batch's mean loss, which may be NaN. */
  step(input: Activation, previousLogits: Float32Array | null, targets: BatchTargets, learningRate: number): number;
  /** Logits `[rows, classes]`, valid until the next call. */
  logits(input: Activation, previousLogits: Float32Array | null): Float32Array;
  /** Ends an epoch: its totals become those of the last epoch. */
  endEpoch(): void;
  /** Totals of the current epoch. */
  totals(): EpochTotals;
  state(): LearnerState;
}

const noTotals: EpochTotals = { loss: 0, correct: 0, rows: 0 };

/**
 * @param seed Of the initial values.
 * @param resumed State to resume; null starts from the beginning.
 */
export function createLearner(
  head: PreparedHead,
  recipe: TrainingRecipe,
  kernels: MathKernels,
  seed: number,
  resumed: LearnerState | null,
): Learner {
  const parameters = createParameterBlock(initialiseHead(head.trained, seed).parameters);
  const program = createHeadProgram(head.trained, parameters, kernels);
  const { classes } = head.trained;
  const gradientBuffer = createScratchBuffer();
  let adam: AdamState = initialAdamState(parameters.values.length);
  let running = noTotals;
  let lastEpoch: EpochTotals | null = null;
  if (resumed !== null) {
    parameters.values.set(resumed.values);
    ({ adam, running, lastEpoch } = resumed);
  }
  return {
    head,
    parameters,
    step(input, previousLogits, targets, learningRate) {
      const logits = program.forward(input, previousLogits);
      const gradient = gradientBuffer(logits.length);
      const { loss, correct } = batchLoss(logits, classes, targets, recipe, gradient);
      if (!Number.isFinite(loss)) {
        return loss;
      }
      program.backward(gradient);
      adam = adamStep(parameters.values, parameters.gradients, adam, {
        learningRate,
        weightDecay: recipe.weightDecay,
        weightDecayKind: recipe.weightDecayKind,
      });
      running = {
        loss: running.loss + loss * input.rows,
        correct: running.correct + correct,
        rows: running.rows + input.rows,
      };
      return loss;
    },
    logits: (input, previousLogits) => program.forward(input, previousLogits),
    endEpoch() {
      lastEpoch = running;
      running = noTotals;
    },
    totals: () => running,
    state: () => ({ values: parameters.values, adam, running, lastEpoch }),
  };
}

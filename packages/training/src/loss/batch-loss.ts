// The loss of one batch, its gradient by the logits, and how many rows were correct.

import { argMax } from '@ztw/core';
import type { TrainingRecipe } from '../training/training-recipe.ts';

/** The targets of a batch. At least one of the two is given. */
export interface BatchTargets {
  /** Class per row. */
  readonly labels: Int32Array | null;
  /** `[rows, classes]` logits of the backbone's own classifier, for distillation. */
  readonly teacherLogits: Float32Array | null;
}

export interface BatchLoss {
  /** Mean over the rows. */
  readonly loss: number;
  /** Rows whose largest logit is the label's; without labels, the teacher's answer counts as the label. */
  readonly correct: number;
}

export type LossRecipe = Pick<TrainingRecipe, 'labelSmoothing' | 'distillation'>;

/**
 * `(1 - w) CE(softmax(z), y) + w T^2 KL(softmax(teacher / T) || softmax(z / T))`, mean over the rows. With label
 * smoothing `e` the target `y` is `(1 - e) onehot + e / classes`. Without a teacher `w` is 0, without labels it is 1.
 * Sources: Hinton et al. 2015, section 2 (distillation); Szegedy et al. 2016, section 7 (smoothing).
 * @param logits `[rows, classes]`
 * @param gradient Receives the gradient by the logits, `[rows, classes]`.
 */
export function batchLoss(
  logits: Float32Array,
  classes: number,
  targets: BatchTargets,
  recipe: LossRecipe,
  gradient: Float32Array,
): BatchLoss {
  const rows = logits.length / classes;
  const { labels, teacherLogits } = targets;
  const teacherWeight = teacherLogits === null ? 0 : labels === null ? 1 : (recipe.distillation?.weight ?? 0);
  const temperature = recipe.distillation?.temperature ?? 1;
  const student = new Float64Array(classes);
  const teacher = new Float64Array(classes);
  let loss = 0;
  let correct = 0;
  gradient.fill(0);
  for (let row = 0; row < rows; row++) {
    const start = row * classes;
    const answer = argMax(logits, start, classes);
    if (labels !== null) {
      const label = labels[row] as number;
      correct += answer === label ? 1 : 0;
      const logSum = softmaxInto(student, logits, start, 1);
      const spread = recipe.labelSmoothing / classes;
      const scale = (1 - teacherWeight) / rows;
      for (let index = 0; index < classes; index++) {
        const target = (index === label ? 1 - recipe.labelSmoothing : 0) + spread;
        loss += scale * target * (logSum - (logits[start + index] as number));
        gradient[start + index] = scale * ((student[index] as number) - target);
      }
    } else if (teacherLogits !== null) {
      correct += answer === argMax(teacherLogits, start, classes) ? 1 : 0;
    }
    if (teacherLogits !== null && teacherWeight > 0) {
      const studentLogSum = softmaxInto(student, logits, start, temperature);
      const teacherLogSum = softmaxInto(teacher, teacherLogits, start, temperature);
      const scale = teacherWeight / rows;
      for (let index = 0; index < classes; index++) {
        const target = teacher[index] as number;
        const logRatio =
          ((teacherLogits[start + index] as number) - (logits[start + index] as number)) / temperature -
          teacherLogSum +
          studentLogSum;
        loss += scale * temperature * temperature * target * logRatio;
        gradient[start + index] =
          (gradient[start + index] as number) + scale * temperature * ((student[index] as number) - target);
      }
    }
  }
  return { loss, correct };
}

/** Softmax of `logits / temperature`; returns the logarithm of its denominator, on the logits' own scale. */
function softmaxInto(target: Float64Array, logits: Float32Array, start: number, temperature: number): number {
  let maximum = -Infinity;
  for (let index = 0; index < target.length; index++) {
    maximum = Math.max(maximum, (logits[start + index] as number) / temperature);
  }
  let sum = 0;
  for (let index = 0; index < target.length; index++) {
    const value = Math.exp((logits[start + index] as number) / temperature - maximum);
    target[index] = value;
    sum += value;
  }
  for (let index = 0; index < target.length; index++) {
    target[index] = (target[index] as number) / sum;
  }
  return maximum + Math.log(sum);
}

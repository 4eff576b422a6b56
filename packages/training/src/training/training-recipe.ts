import { InvalidInputError } from '@ztw/core';

/** How the learning rate changes over the training of one IC. */
export type LearningRateSchedule =
  | { readonly kind: 'constant' }
  /**
   * Multiplies the rate by `factor` at each milestone, a fraction of the epochs: 0.75 of 8 epochs is after the sixth.
   */
  | { readonly kind: 'step'; readonly milestones: readonly number[]; readonly factor: number }
  /** Decreases from the learning rate to `minimum` along half a cosine, step by step. */
  | { readonly kind: 'cosine'; readonly minimum: number };

/** Learning from the backbone's own softmax in addition to the labels, or instead of them (weight 1). */
export interface Distillation {
  /** Share of the distillation loss in 0..1; the label loss has the rest. */
  readonly weight: number;
  /** Both softmaxes use `logits / temperature`; the loss is scaled by its square (Hinton et al. 2015, section 2). */
  readonly temperature: number;
}

/** How every IC is trained: Adam on the mean loss of a batch. */
export interface TrainingRecipe {
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly schedule: LearningRateSchedule;
  /** Strength of the L2 penalty on all parameters. */
  readonly weightDecay: number;
  /**
   * `coupled`: added to the gradient, as Adam's `weight_decay` in PyTorch. `decoupled`: shrinks the parameters
   * directly, as AdamW.
   */
  readonly weightDecayKind: 'coupled' | 'decoupled';
  /** Share of the target that is spread evenly over all classes, in [0, 1). */
  readonly labelSmoothing: number;
  readonly distillation: Distillation | null;
  /** Decides initial values, row order and the choice of augmented copies; an integer. */
  readonly seed: number;
}

/** A tenth of the learning rate in the last quarter. */
export const stepSchedule: LearningRateSchedule = { kind: 'step', milestones: [0.75], factor: 0.1 };

/** The recipe of the Zero Time Waste reference: each IC is trained on frozen features. */
export const defaultTrainingRecipe: TrainingRecipe = {
  epochs: 8,
  batchSize: 128,
  learningRate: 1e-3,
  schedule: stepSchedule,
  weightDecay: 1e-4,
  weightDecayKind: 'coupled',
  labelSmoothing: 0,
  distillation: null,
  seed: 0,
};

/**
 * Fills in the defaults and checks every value.
 * @throws InvalidInputError for the first value that is out of range.
 */
export function completeRecipe(partial: Partial<TrainingRecipe>): TrainingRecipe {
  const recipe = { ...defaultTrainingRecipe, ...partial };
  const { schedule, distillation } = recipe;
  const isShare = (value: number): boolean => value >= 0 && value <= 1;
  check(Number.isInteger(recipe.epochs) && recipe.epochs >= 1, 'epochs', 'an integer of at least 1', recipe.epochs);
  check(
    Number.isInteger(recipe.batchSize) && recipe.batchSize >= 1,
    'batchSize',
    'an integer of at least 1',
    recipe.batchSize,
  );
  check(
    recipe.learningRate > 0 && recipe.learningRate < Infinity,
    'learningRate',
    'a positive number',
    recipe.learningRate,
  );
  check(
    recipe.weightDecay >= 0 && recipe.weightDecay < Infinity,
    'weightDecay',
    'zero or a positive number',
    recipe.weightDecay,
  );
  check(
    recipe.labelSmoothing >= 0 && recipe.labelSmoothing < 1,
    'labelSmoothing',
    'a number from 0 up to, not including, 1',
    recipe.labelSmoothing,
  );
  check(Number.isSafeInteger(recipe.seed), 'seed', 'an integer', recipe.seed);
  if (schedule.kind === 'step') {
    check(
      schedule.milestones.every(isShare),
      'schedule.milestones',
      'fractions of the epochs in 0..1',
      schedule.milestones,
    );
    check(schedule.factor > 0, 'schedule.factor', 'a positive number', schedule.factor);
  }
  if (schedule.kind === 'cosine') {
    const { minimum } = schedule;
    check(minimum >= 0 && minimum <= recipe.learningRate, 'schedule.minimum', 'at most the learning rate', minimum);
  }
  if (distillation !== null) {
    check(isShare(distillation.weight), 'distillation.weight', 'a share in 0..1', distillation.weight);
    check(distillation.temperature > 0, 'distillation.temperature', 'a positive number', distillation.temperature);
  }
  return recipe;
}

/**
 * The learning rate of one step.
 * @param step Number of earlier steps since the start of this IC's training.
 */
export function learningRateAt(recipe: TrainingRecipe, step: number, stepsPerEpoch: number): number {
  const { learningRate, schedule, epochs } = recipe;
  switch (schedule.kind) {
    case 'constant':
      return learningRate;
    case 'step': {
      const epoch = Math.floor(step / stepsPerEpoch);
      const passed = schedule.milestones.filter((milestone) => epoch >= milestone * epochs).length;
      return learningRate * schedule.factor ** passed;
    }
    case 'cosine': {
      const progress = step / (epochs * stepsPerEpoch);
      return schedule.minimum + (learningRate - schedule.minimum) * 0.5 * (1 + Math.cos(Math.PI * progress));
    }
  }
}

function check(holds: boolean, field: string, expected: string, received: unknown): void {
  if (!holds) {
    throw new InvalidInputError(`The recipe's ${field} must be ${expected}, but is ${JSON.stringify(received)}.`, {
      expected,
      received,
      path: `recipe.${field}`,
    });
  }
}

export type { ConvolutionGeometry, MathKernels } from './kernels/math-kernels.ts';
export { type Activation, activationOf } from './layers/activation.ts';
export { createScratchBuffer } from './numeric/scratch-buffer.ts';
export { transposeInto } from './numeric/transpose.ts';
export { guardStorage } from './storage/guard-storage.ts';
export { indexedDbBlobStore } from './storage/indexed-db-blob-store.ts';
export { defaultMemoryLimit, trainInternalClassifiers } from './training/train-internal-classifiers.ts';
export type {
  HeadVariant,
  HeldOutData,
  NetworkLogits,
  TrainedVariant,
  TrainingData,
  TrainingTimings,
  TrainOptions,
  TrainResult,
} from './training/train-options.ts';
export type {
  CheckpointProgress,
  CutDoneProgress,
  FeaturesProgress,
  OverallProgress,
  ResumedProgress,
  StepProgress,
  TrainingProgress,
} from './training/training-progress.ts';
export {
  type Distillation,
  defaultTrainingRecipe,
  type LearningRateSchedule,
  type TrainingRecipe,
} from './training/training-recipe.ts';

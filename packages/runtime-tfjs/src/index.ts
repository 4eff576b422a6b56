// Training

// Kernels
export type { TensorflowCore } from './kernels/tensorflow-core.ts';
export type {
  HeadVariant,
  HeldOutData,
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
export type { Distillation, LearningRateSchedule, TrainingRecipe } from './training/training-recipe.ts';
export { defaultTrainingRecipe } from './training/training-recipe.ts';

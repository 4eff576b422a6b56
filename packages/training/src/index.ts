// Heads for a user's own classes
export { chooseNetworkCuts, type NetworkCutSelection } from './personalise/choose-network-cuts.ts';
export {
  type LabelledRows,
  type NewClassesJob,
  type NewClassesResult,
  newClassesDefaults,
} from './personalise/new-classes-job.ts';
export { type TrainNewClassesOptions, trainNewClasses } from './personalise/train-new-classes.ts';
// Storage
export { indexedDbBlobStore } from './storage/indexed-db-blob-store.ts';
// The trainer
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

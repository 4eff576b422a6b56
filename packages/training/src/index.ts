// Rows, and what is planned for them

export { type LabelledRows, labelledRowData, selectHeldOutRows, selectTrainingRows } from './data/row-data.ts';
export { type RowSplit, type SplitOptions, splitRows } from './data/split-rows.ts';
export { type BundleMethod, type Method, methods } from './plan/method.ts';
export {
  type ChooseDesignsOptions,
  chooseDesigns,
  type HeadChoice,
  type HeadsOptions,
  type PlanHeadsOptions,
  type PlannedVariant,
  planHeads,
} from './plan/plan-heads.ts';

// The trainer

export { indexedDbBlobStore } from './storage/indexed-db-blob-store.ts';
export { type TrainingStorage, type TrainingStorageOptions, trainingStorage } from './storage/training-storage.ts';
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
  PlannedProgress,
  ResumedProgress,
  StepProgress,
  TrainingProgress,
} from './training/training-progress.ts';
export {
  type Distillation,
  defaultTrainingRecipe,
  type LearningRateSchedule,
  stepSchedule,
  type TrainingRecipe,
} from './training/training-recipe.ts';

// Heads for a user's own classes

export { chooseNetworkCuts, type NetworkCutSelection } from './personalise/choose-network-cuts.ts';
export { type NewClassesJob, type NewClassesResult, newClassesDefaults } from './personalise/new-classes-job.ts';
export { type TrainNewClassesOptions, trainNewClasses } from './personalise/train-new-classes.ts';

// From trained heads to the files of a bundle

export {
  type AssembleBundleOptions,
  type AssembledBundle,
  assembleBundle,
  type BundlePart,
  type EnsembleChoice,
  ensembleChoices,
} from './bundle/assemble-bundle.ts';
export { type CalibrationTargets, calibrationTargets } from './bundle/calibration-targets.ts';
export type { NetworkResult, TrainedMethod } from './bundle/network-result.ts';
export { type MadeExit, type PackBundleOptions, type PackedBundle, packBundle } from './bundle/pack-bundle.ts';

// Exits that pay

export {
  pricesInMacs,
  pricesInMilliseconds,
  pricesOfKept,
  yardstickBatch,
} from './pruning/exit-prices.ts';
export { type JudgeExitsOptions, type Judgement, judgeExits } from './pruning/judge-exits.ts';
export type { DroppedExitReport, PruningReport } from './pruning/pruning-report.ts';
export { type PruningUnit, pruningUnits } from './pruning/pruning-unit.ts';
export { shareRight, standardError } from './pruning/share-right.ts';

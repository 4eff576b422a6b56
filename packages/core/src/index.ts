// Contract
export type { CutDescription, FeatureRows, SegmentedBackbone, SegmentOutput } from './contract/backbone.ts';
export type { BlobStore } from './contract/blob-store.ts';
export type {
  BundleFile,
  BundleManifest,
  BundleNetwork,
  BundleReader,
  BundleStage,
  BundleTensor,
  OperatingPoint,
  Preprocessing,
} from './contract/bundle.ts';
export type { Ensemble, EnsembleExit, EnsembleSpecification, EnsembleUpdate } from './contract/ensemble.ts';
export type { ExitPolicy, ExitPolicyInput, ExitPolicyUpdate } from './contract/exit-policy.ts';
export type { GraphProbe, ProbedTensor } from './contract/graph-probe.ts';
export type {
  AdaptivePoolsLayer,
  CascadeLayer,
  ChannelsFirstLayer,
  Conv2dLayer,
  DenseLayer,
  FlattenLayer,
  GeluLayer,
  Head,
  HeadLayer,
  HeadParameters,
  HeadSpecification,
  LayerNormLayer,
  MeanTokensLayer,
  MixedPoolLayer,
  Parameter,
  PoolMixLayer,
  ReluLayer,
  RowShape,
  TakeTokenLayer,
} from './contract/head.ts';
export type {
  InputBatch,
  StageDescription,
  StagedModel,
  StagedModelSupport,
  StageOutput,
} from './contract/staged-model.ts';
// Errors
export {
  AbortedError,
  DisposedError,
  InvalidBundleError,
  InvalidDataError,
  InvalidInputError,
  InvalidModelError,
  RuntimeFailureError,
  StorageError,
  UnsupportedModelError,
} from './errors/errors.ts';
export { ZtwError } from './errors/ztw-error.ts';
// Evaluation
export { auroc } from './evaluation/auroc.ts';
export {
  interpolatedAccuracy,
  lastBeforeOverspending,
  lastWithinBudget,
} from './evaluation/budget-readoff.ts';
export {
  DEFAULT_CALIBRATION_BINS,
  exitExpectedCalibrationErrors,
  exitKsCalibrationErrors,
  expectedCalibrationError,
  ksCalibrationError,
  ksCalibrationErrors,
  ksCalibrationSweep,
} from './evaluation/calibration-error.ts';
export { exitAccuracies } from './evaluation/exit-accuracy.ts';
export { answeredProbabilities, applyRule, type ExitOutcome, summariseExits } from './evaluation/exit-outcome.ts';
export {
  type ExitPredictions,
  type PredictionsFromLogitsOptions,
  predictionsFromLogits,
  selectPredictions,
} from './evaluation/exit-predictions.ts';
export {
  DEFAULT_THRESHOLD_COUNT,
  type ExitRule,
  patienceRule,
  type ThresholdRuleOptions,
  thresholdRule,
} from './evaluation/exit-rule.ts';
export { failurePredictionAurocs } from './evaluation/failure-prediction.ts';
export { hindsightImprovability } from './evaluation/hindsight-improvability.ts';
export { oracleBound } from './evaluation/oracle-bound.ts';
export {
  type OutOfDistributionPoint,
  outOfDistributionAurocs,
  outOfDistributionSweep,
} from './evaluation/out-of-distribution.ts';
export { type SimulatePolicyOptions, simulatePolicy } from './evaluation/simulate-policy.ts';
export {
  type CurvePoint,
  type PatienceSweepOptions,
  patienceSweep,
  sweep,
  type ThresholdSweepOptions,
  thresholdSweep,
} from './evaluation/sweep.ts';
export { thresholdGrid } from './evaluation/threshold-grid.ts';

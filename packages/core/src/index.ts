// Contract

export type { CutDescription, FeatureRows, SegmentedBackbone, SegmentOutput } from './contract/backbone.ts';
export type { BlobStore } from './contract/blob-store.ts';
export type {
  BundleFile,
  BundleManifest,
  BundleNetwork,
  BundleReader,
  BundleStage,
  BundleStageProgram,
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
  BinaryStep,
  ConvolutionStep,
  DenseStep,
  PoolStep,
  ProgramActivation,
  ProgramBinaryFunction,
  ProgramFunction,
  ProgramPort,
  ProgramSize,
  ProgramStep,
  ReduceStep,
  SliceStep,
  StageProgram,
} from './contract/stage-program.ts';
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
export { type PackedError, packError, unpackError } from './errors/packed-error.ts';
export { throwIfAborted } from './errors/throw-if-aborted.ts';
export { ZtwError } from './errors/ztw-error.ts';

// Numbers

export { argMax } from './numeric/arg-max.ts';
export { firstNotFinite } from './numeric/first-not-finite.ts';
export { joinRows } from './numeric/join-rows.ts';
export { logSoftmax, softmax, toProbabilities } from './numeric/softmax.ts';
export { takeRows } from './numeric/take-rows.ts';

// Ensemble and exit policies

export { lastPrediction } from './ensemble/last-prediction.ts';
export { allOf, anyOf } from './policy/combined-policy.ts';
export {
  type ConfidenceThresholdOptions,
  confidenceThreshold,
  confidenceThresholdDefaults,
} from './policy/confidence-threshold.ts';
export { entropyThreshold } from './policy/entropy-threshold.ts';
export { marginThreshold } from './policy/margin-threshold.ts';
export { never } from './policy/never.ts';
export { patience } from './policy/patience.ts';
export type { PerExit } from './policy/per-exit.ts';

// Inference

export { type AnytimeAnswer, type AnytimeOptions, anytime } from './inference/anytime.ts';
export { type ChainOptions, chain } from './inference/chain.ts';
export { checkInputBatch } from './inference/check-input.ts';
export type { Classification, ClassificationSummary, RowResult, StageEvent } from './inference/classification.ts';
export { classificationOfAnswers, type DescribedNetwork } from './inference/classification-of-answers.ts';
export { type ClassifyOptions, classify, classifyDefaults } from './inference/classify.ts';
export { exitCosts } from './inference/exit-costs.ts';
export { rowSize } from './inference/row-size.ts';
export { type RunAllExitsOptions, runAllExits, runAllExitsDefaults } from './inference/run-all-exits.ts';
export {
  type ClassifyStreamOptions,
  classifyStream,
  classifyStreamDefaults,
} from './inference/stream/classify-stream.ts';
export type { RowStream } from './inference/stream/row-source.ts';
export { UseGuard } from './inference/use-guard.ts';

// Measured cost

export {
  checkProfiledStages,
  type DeviceProfile,
  exitMilliseconds,
  type ProfiledBatch,
} from './profile/device-profile.ts';
export { type MeasureStagesOptions, measureStages, measureStagesDefaults } from './profile/measure-stages.ts';
export { parseDeviceProfile } from './profile/parse-device-profile.ts';

// Evaluation

export { auroc } from './evaluation/auroc.ts';
export {
  interpolatedAccuracy,
  lastBeforeOverspending,
  lastWithinBudget,
} from './evaluation/budget-readoff.ts';
export { type BudgetReading, type BudgetRow, type BudgetTableOptions, budgetTable } from './evaluation/budget-table.ts';
export {
  type CalibrateOptions,
  type ChooseSettingsOptions,
  type ChosenSetting,
  calibrate,
  chooseSettings,
} from './evaluation/calibrate.ts';
export { type CalibrateTimesOptions, calibrateTimes } from './evaluation/calibrate-times.ts';
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
export {
  type DroppedExit,
  type PrunedExits,
  type PruneExitsOptions,
  pruneExits,
  type WholeNetwork,
} from './evaluation/prune-exits.ts';
export {
  createEvaluationReport,
  type EvaluationReport,
  type ExitReport,
  type MethodReport,
  type MethodTimes,
  type ReferencePoint,
  type ReportMethodOptions,
  type ReportPoint,
  reportMethod,
} from './evaluation/report.ts';
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
export {
  meanMilliseconds,
  pricedInMilliseconds,
  type TimeBudgetRow,
  type TimeBudgetsOptions,
  type TimedReading,
  timeBudgets,
} from './evaluation/time-budgets.ts';

// Bundles

export { type BundleContents, bundleFiles } from './bundle/bundle-files.ts';
export { isBundlePath } from './bundle/bundle-path.ts';
export { createManifest, type ManifestContent } from './bundle/create-manifest.ts';
export { decodeHeads, encodeHeads, type HeadsFile } from './bundle/heads-file.ts';
export { type Bundle, openBundle } from './bundle/open-bundle.ts';
export { parseManifest } from './bundle/parse-manifest.ts';
export { parseStageProgram } from './bundle/parse-stage-program.ts';
export {
  type Budget,
  operatingPointFor,
  operatingPointWithin,
  policyForBudget,
  type TimeBudget,
} from './bundle/policy-for-budget.ts';
export { decodeSafetensors, decodeSafetensorsMetadata, encodeSafetensors } from './bundle/safetensors.ts';
export { sha256 } from './bundle/sha256.ts';
export { stepReads } from './bundle/step-reads.ts';

// Workers

export { type MessageEndpoint, onBreakdown, onMessage, type WorkerThread } from './worker/message-endpoint.ts';

// Formats

export { parseJson } from './json/parse-json.ts';

// Storage

export { memoryBlobStore } from './storage/memory-blob-store.ts';

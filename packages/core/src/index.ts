// Contract

export type { CutDescription, FeatureRows, SegmentedBackbone, SegmentOutput } from './contract/backbone.ts';
export type { BlobStore } from './contract/blob-store.ts';
export type { Ensemble, EnsembleExit, EnsembleSpecification, EnsembleUpdate } from './contract/ensemble.ts';
export type {
  CombinedSpecification,
  Comparison,
  ExitPolicy,
  ExitPolicyInput,
  ExitPolicyUpdate,
  LimitSpecification,
  NeverSpecification,
  PolicySpecification,
} from './contract/exit-policy.ts';
export type { GraphProbe, ProbedTensor } from './contract/graph-probe.ts';
export type {
  DenseInputBatch,
  FreeShape,
  InputBatch,
  InputSpecification,
  InputTensor,
  InputType,
  InputValues,
  NamedInputBatch,
} from './contract/input.ts';
export type { Activation, ConvolutionGeometry, MathKernels } from './contract/math-kernels.ts';
export type { OperatingPoint } from './contract/operating-point.ts';
export type {
  StageDescription,
  StagedModel,
  StagedModelSupport,
  StageOutput,
} from './contract/staged-model.ts';
export type { Parameter, RowShape } from './contract/tensor.ts';

// Errors

export { about } from './errors/about.ts';

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
  UnsupportedPolicyError,
} from './errors/errors.ts';
export { throwIfAborted } from './errors/throw-if-aborted.ts';
export { type ErrorDetails, ZtwError, type ZtwErrorOptions } from './errors/ztw-error.ts';

// Numbers

export { argMax } from './numeric/arg-max.ts';
export { firstNotFinite } from './numeric/first-not-finite.ts';
export { joinRows, rowSize, takeRows } from './numeric/rows.ts';
export { createScratchBuffer } from './numeric/scratch-buffer.ts';
export { logSoftmax, softmax, toProbabilities } from './numeric/softmax.ts';
export { lookUpTransposed, transposeInto } from './numeric/transpose.ts';

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
export { type ExitScore, type GraphScore, type PolicyKind, policyOfKind, scoreByRow } from './policy/policy-kind.ts';
export { findPolicyKind, graphKind, policyKinds, type SingleLimit, singleLimit } from './policy/policy-kinds.ts';
export { parsePolicySpecification, policyFromSpecification } from './policy/policy-specification.ts';
export { parsePolicy, parsePolicyKind, policyText } from './policy/policy-text.ts';

// Inference

export { type ChainOptions, chain } from './chain/chain.ts';
export { type AnytimeAnswer, type AnytimeOptions, anytime } from './inference/anytime.ts';
export {
  type Classification,
  type ClassificationSummary,
  exitCosts,
  type RowResult,
  type StageEvent,
} from './inference/classification.ts';
export { classificationOfAnswers, type DescribedNetwork } from './inference/classification-of-answers.ts';
export { type ClassifyOptions, classify, classifyDefaults } from './inference/classify.ts';
export { type RunAllExitsOptions, runAllExits, runAllExitsDefaults } from './inference/run-all-exits.ts';
export {
  type ClassifyStreamOptions,
  classifyStream,
  classifyStreamDefaults,
} from './inference/stream/classify-stream.ts';
export type { RowStream, StreamRow } from './inference/stream/row-source.ts';
export { type DenseInput, denseInput, denseInputs } from './input/input-types.ts';

// Cost

export {
  type CostUnit,
  costsOfPrices,
  cumulativeCosts,
  type ExitCosts,
  type ExitPrices,
  meanCost,
} from './costs/exit-costs.ts';
export {
  checkProfiledStages,
  type DeviceProfile,
  exitMilliseconds,
  type ProfiledBatch,
  profileCosts,
} from './profile/device-profile.ts';
export { type MeasureStagesOptions, measureStages, measureStagesDefaults } from './profile/measure-stages.ts';
export { parseDeviceProfile } from './profile/parse-device-profile.ts';

// Formats

export { parseJson } from './json/parse-json.ts';

// Storage

export { decodeFloat16, decodeFloat16Into, encodeFloat16, float16Table } from './numeric/float16.ts';
export { memoryBlobStore } from './storage/memory-blob-store.ts';

// What users of a classifier need. What authors of runtimes, trainers and other packages need stands in
// `@ztw/core/runtime`, and what evaluates stored predictions in `@ztw/core/evaluation`.

// Inputs

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
export type { RowShape } from './contract/tensor.ts';

// Staged models, alone and in chains

export type { StageDescription, StagedModel, StagedModelSupport, StageOutput } from './contract/staged-model.ts';
export { type ChainOptions, chain } from './chain/chain.ts';

// Ensembles

export type { Ensemble, EnsembleExit, EnsembleSpecification, EnsembleUpdate } from './contract/ensemble.ts';
export { lastPrediction } from './ensemble/last-prediction.ts';

// Exit policies

export type {
  Comparison,
  ExitPolicy,
  ExitPolicyInput,
  ExitPolicyUpdate,
  PolicySpecification,
} from './contract/exit-policy.ts';
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
export type { PolicyKind } from './policy/policy-kind.ts';
export { policyKinds } from './policy/policy-kinds.ts';
export { parsePolicySpecification, policyFromSpecification } from './policy/policy-specification.ts';
export { parsePolicy, policyText } from './policy/policy-text.ts';

// Inference

export { type ClassifyOptions, classify, classifyDefaults } from './inference/classify.ts';
export {
  type ClassifyStreamOptions,
  classifyStream,
  classifyStreamDefaults,
} from './inference/stream/classify-stream.ts';
export type { RowStream, StreamRow } from './inference/stream/row-source.ts';
export { type AnytimeAnswer, type AnytimeOptions, anytime } from './inference/anytime.ts';
export { type RunAllExitsOptions, runAllExits, runAllExitsDefaults } from './inference/run-all-exits.ts';

// Results

export type { Classification, ClassificationSummary, RowResult, StageEvent } from './inference/classification.ts';
export { argMax } from './numeric/arg-max.ts';
export { softmax } from './numeric/softmax.ts';

// The time that stages take on a device

export type { OperatingPoint } from './contract/operating-point.ts';
export type { DeviceProfile, ProfiledBatch } from './profile/device-profile.ts';
export { type MeasureStagesOptions, measureStages, measureStagesDefaults } from './profile/measure-stages.ts';
export { parseDeviceProfile } from './profile/parse-device-profile.ts';

// Storage

export type { BlobStore } from './contract/blob-store.ts';
export { memoryBlobStore } from './storage/memory-blob-store.ts';

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
  UnsupportedPolicyError,
} from './errors/errors.ts';
export { type ErrorDetails, ZtwError, type ZtwErrorOptions } from './errors/ztw-error.ts';

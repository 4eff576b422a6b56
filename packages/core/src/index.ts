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

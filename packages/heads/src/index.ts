// What a head is

// What a head answers, and how it is written as tensor operations
export { executeHead, executeLayers } from './execute/execute-head.ts';
// Families of heads
export { type ConvHeadOptions, convHead } from './families/conv-head.ts';
export { type HeadFamily, type HeadForOptions, headFamilies, headFor } from './families/head-for.ts';
export type { HeadOptions } from './families/head-options.ts';
export { type PoolConvHeadOptions, poolConvHead } from './families/pool-conv-head.ts';
export { type PooledHeadOptions, pooledHead } from './families/pooled-head.ts';
export { type SwinHeadOptions, swinHead } from './families/swin-head.ts';
export { type DenseLayersOptions, type TokenHeadOptions, tokenHead } from './families/token-head.ts';
export type { Head, HeadParameters, HeadSpecification } from './head.ts';
// Initial values
export { initialiseHead } from './initialise/initialise-head.ts';
export { seededRandom } from './initialise/seeded-random.ts';
// Kinds of layers
export type { AdaptivePoolsLayer } from './layers/adaptive-pools.ts';
export { type AdaptiveWindow, adaptiveWindows, type SlidingWindow, slidingWindow } from './layers/adaptive-windows.ts';
export type { CascadeLayer } from './layers/cascade.ts';
export type { ChannelsFirstLayer } from './layers/channels-first.ts';
export type { Conv2dLayer } from './layers/conv2d.ts';
export type { DenseLayer } from './layers/dense.ts';
export type { FlattenLayer } from './layers/flatten.ts';
export type { GeluLayer } from './layers/gelu.ts';
export { callForLayer, type HeadLayer, type LayerKinds, type LayerTable } from './layers/layer-kinds.ts';
export type { LayerNormLayer } from './layers/layer-norm.ts';
export type {
  LayerWriter,
  NamedParameter,
  WeightAndBias,
  WrittenConvolution,
  WrittenValue,
} from './layers/layer-writer.ts';
export type { MeanTokensLayer } from './layers/mean-tokens.ts';
export type { MixedPoolLayer } from './layers/mixed-pool.ts';
export type { PoolMixLayer } from './layers/pool-mix.ts';
export type { ReluLayer } from './layers/relu.ts';
export type { TakeTokenLayer } from './layers/take-token.ts';
export { writeLayers } from './layers/write-layers.ts';
// What is applied before features are cached, and what is trained
export { type SplitHead, splitPrefix } from './prefix/split-prefix.ts';
// What follows from the layers: shapes, parameters, cost, form, validity
export { hasCascade } from './shapes/has-cascade.ts';
export { headMacs } from './shapes/head-macs.ts';
export { findParameterProblem, parameterCount, parameterName, parameterShapes } from './shapes/head-parameters.ts';
export { headSchema } from './shapes/head-schema.ts';
export { headShapes } from './shapes/head-shapes.ts';
export { validateHead } from './shapes/validate-head.ts';

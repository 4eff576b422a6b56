// Heads and layers as data

export type { Head, HeadCost, HeadParameters, HeadSpecification } from './head.ts';
export { type AdaptiveWindow, adaptiveWindows, type SlidingWindow, slidingWindow } from './layers/adaptive-windows.ts';
export { callForLayer, type HeadLayer, type LayerKinds, type LayerTable } from './layers/layer-kinds.ts';

// Families of heads

export { type ConvHeadOptions, convHead } from './families/conv-head.ts';
export { type HeadDesign, type HeadFamily, headFamilies } from './families/build-head.ts';
export { type HeadForOptions, headFor } from './families/head-for.ts';
export type { HeadOptions } from './families/head-options.ts';
export { type PoolConvHeadOptions, poolConvHead } from './families/pool-conv-head.ts';
export { type PooledHeadOptions, pooledHead } from './families/pooled-head.ts';
export { type SwinHeadOptions, swinHead } from './families/swin-head.ts';
export { type DenseLayersOptions, type TokenHeadOptions, tokenHead } from './families/token-head.ts';

// Heads within a share of their network's cost

export { type CostedDesign, isOpenDesign } from './families/designs-with-costs.ts';
export {
  type DesignedHead,
  type DesignedHeads,
  type DesignHeadsOptions,
  defaultHeadShares,
  designHeads,
  type HeadedNetwork,
  type HeadPlace,
  type HeadShares,
  totalHeadCost,
} from './families/design-heads.ts';
export { type FirstDesign, type HeadDesignsOptions, headDesigns } from './families/head-designs.ts';

// Derived from the layers: MACs, parameters, schema, shapes, cascade, validity

export { headMacs } from './shapes/head-macs.ts';
export { headOperations } from './shapes/head-operations.ts';
export { findParameterProblem, parameterCount, parameterName, parameterShapes } from './shapes/head-parameters.ts';
export { headSchema } from './shapes/head-schema.ts';
export { headShapes } from './shapes/head-shapes.ts';
export { hasCascade, previousClasses } from './shapes/previous-logits.ts';
export { validateHead } from './shapes/validate-head.ts';

// Initial values

export { initialiseHead } from './initialise/initialise-head.ts';
export { seededRandom } from './initialise/seeded-random.ts';

// Splitting a head: the prefix applied before features are cached, and the trained layers

export { type SplitHead, splitPrefix } from './prefix/split-prefix.ts';

// Running a head

export { executeHead, executeLayers } from './execute/execute-head.ts';

// Writing a head as tensor operations

export type {
  LayerWriter,
  NamedParameter,
  WeightAndBias,
  WrittenConvolution,
  WrittenValue,
} from './layers/layer-writer.ts';
export { writeLayers } from './layers/write-layers.ts';

// Networks that heads are trained on, and networks with heads

export type { NetworkHeads } from './contract/network-heads.ts';
export type { NetworkCut, SegmentOptions, TrainableNetwork } from './contract/trainable-network.ts';

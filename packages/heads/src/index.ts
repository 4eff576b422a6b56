// Families of heads
export { type ConvHeadOptions, convHead } from './families/conv-head.ts';
export { type HeadFamily, type HeadForOptions, headFamilies, headFor } from './families/head-for.ts';
export type { HeadOptions } from './families/head-options.ts';
export { type PoolConvHeadOptions, poolConvHead } from './families/pool-conv-head.ts';
export { type PooledHeadOptions, pooledHead } from './families/pooled-head.ts';
export { type SwinHeadOptions, swinHead } from './families/swin-head.ts';
export { type DenseLayersOptions, type TokenHeadOptions, tokenHead } from './families/token-head.ts';
// Initial values
export { initialiseHead } from './initialise/initialise-head.ts';
export { seededRandom } from './initialise/seeded-random.ts';
// What is applied before features are cached, and what is trained
export { type SplitHead, splitPrefix } from './prefix/split-prefix.ts';
// What follows from the layers: shapes, parameters, cost, validity
export { type AdaptiveWindow, adaptiveWindows, type SlidingWindow, slidingWindow } from './shapes/adaptive-windows.ts';
export { headMacs } from './shapes/head-macs.ts';
export { headShapes } from './shapes/head-shapes.ts';
export { layerOutputShape } from './shapes/layer-output-shape.ts';
export { parameterCount, parameterShapes } from './shapes/parameter-shapes.ts';
export { validateHead } from './shapes/validate-head.ts';

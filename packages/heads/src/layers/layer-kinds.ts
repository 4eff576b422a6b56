// The table of all kinds of layers. Each kind is defined in its own file. Code that distinguishes kinds uses a table of
// the type
// `LayerTable`, so that the compiler finds all places where a new kind must be added.

import { InvalidModelError } from '@ztw/core';
import { type AdaptivePoolsLayer, adaptivePools } from './adaptive-pools.ts';
import { type CascadeLayer, cascade } from './cascade.ts';
import { type ChannelsFirstLayer, channelsFirst } from './channels-first.ts';
import { type Conv2dLayer, conv2d } from './conv2d.ts';
import { type DenseLayer, dense } from './dense.ts';
import { type FlattenLayer, flatten } from './flatten.ts';
import { type GeluLayer, gelu } from './gelu.ts';
import type { LayerDefinition } from './layer-definition.ts';
import { type LayerNormLayer, layerNorm } from './layer-norm.ts';
import { type MeanTokensLayer, meanTokens } from './mean-tokens.ts';
import { type MixedPoolLayer, mixedPool } from './mixed-pool.ts';
import { type PoolMixLayer, poolMix } from './pool-mix.ts';
import { type ReluLayer, relu } from './relu.ts';
import { type TakeTokenLayer, takeToken } from './take-token.ts';

/** Each kind of layer by the name that stands in its field `kind`. */
export interface LayerKinds {
  readonly relu: ReluLayer;
  readonly gelu: GeluLayer;
  readonly 'channels-first': ChannelsFirstLayer;
  readonly conv2d: Conv2dLayer;
  readonly 'mixed-pool': MixedPoolLayer;
  readonly 'adaptive-pools': AdaptivePoolsLayer;
  readonly 'pool-mix': PoolMixLayer;
  readonly flatten: FlattenLayer;
  readonly 'take-token': TakeTokenLayer;
  readonly 'mean-tokens': MeanTokensLayer;
  readonly 'layer-norm': LayerNormLayer;
  readonly cascade: CascadeLayer;
  readonly dense: DenseLayer;
}

export type HeadLayer = LayerKinds[keyof LayerKinds];

/** The definition of each kind. */
export const layerKinds: { readonly [Kind in keyof LayerKinds]: LayerDefinition<LayerKinds[Kind]> } = {
  relu,
  gelu,
  'channels-first': channelsFirst,
  conv2d,
  'mixed-pool': mixedPool,
  'adaptive-pools': adaptivePools,
  'pool-mix': poolMix,
  flatten,
  'take-token': takeToken,
  'mean-tokens': meanTokens,
  'layer-norm': layerNorm,
  cascade,
  dense,
};

/** A function for each kind of layer, of the layer and of one thing more. */
export type LayerTable<Context, Result> = {
  readonly [Kind in keyof LayerKinds]: (layer: LayerKinds[Kind], context: Context) => Result;
};

/** Calls the table's function for a layer. */
export function callForLayer<Context, Result>(
  table: LayerTable<Context, Result>,
  layer: HeadLayer,
  context: Context,
): Result {
  // An entry takes layers of its own kind; the compiler cannot infer that.
  const entry = table[layer.kind] as (layer: HeadLayer, context: Context) => Result;
  return entry(layer, context);
}

/**
 * The definition of a layer's kind.
 * @throws InvalidModelError for an unknown kind.
 */
export function definitionOf(layer: HeadLayer): LayerDefinition<HeadLayer> {
  if (!Object.hasOwn(layerKinds, layer.kind)) {
    throw new InvalidModelError(`Unknown kind of layer "${layer.kind}" in a head.`);
  }
  // As in callForLayer.
  return layerKinds[layer.kind] as unknown as LayerDefinition<HeadLayer>;
}

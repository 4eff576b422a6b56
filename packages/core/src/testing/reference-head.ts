// The reference executor of heads: plain TypeScript over host arrays, one readable function per layer kind.
// It says what a head means; runtimes are held against it. Sums run in float64, every layer's result is float32.

import type { Head, HeadLayer, HeadParameters, RowShape } from '../contract/head.ts';
import { InvalidInputError } from '../errors/errors.ts';
import { gelu, relu } from './reference-layers/activations.ts';
import { cascade } from './reference-layers/cascade.ts';
import { conv2d } from './reference-layers/conv2d.ts';
import { dense } from './reference-layers/dense.ts';
import { layerNorm } from './reference-layers/layer-norm.ts';
import { channelsFirst, flatten, meanTokens, takeToken } from './reference-layers/layout.ts';
import { adaptivePools, mixedPool, poolMix } from './reference-layers/pools.ts';
import { elementCount, type RowValues } from './reference-layers/row-values.ts';

/**
 * Runs a whole head.
 * @param features `[rows, ...head.specification.inputShape]`
 * @param previousLogits `[rows, classes]` of the IC before; null for a head without cascade.
 * @returns logits `[rows, classes]`
 * @throws InvalidInputError for values that do not fit the layers.
 * @throws InvalidModelError for a missing or ill-sized parameter.
 */
export function executeHead(
  head: Head,
  features: Float32Array,
  rows: number,
  previousLogits: Float32Array | null,
): Float32Array {
  const { layers, inputShape } = head.specification;
  return executeLayers(layers, head.parameters, features, inputShape, rows, previousLogits);
}

/**
 * Runs some layers of a head, for example its parameter-free prefix alone.
 * @param input `[rows, ...inputShape]`
 * @returns the values after the last layer, `[rows, ...]`
 * @throws InvalidInputError for values that do not fit the layers.
 * @throws InvalidModelError for a missing or ill-sized parameter.
 */
export function executeLayers(
  layers: readonly HeadLayer[],
  parameters: HeadParameters,
  input: Float32Array,
  inputShape: RowShape,
  rows: number,
  previousLogits: Float32Array | null,
): Float32Array {
  if (input.length !== rows * elementCount(inputShape)) {
    throw new InvalidInputError(`Expected ${rows} rows of shape [${inputShape}], received ${input.length} values.`);
  }
  let values: RowValues = { rows, shape: inputShape, data: input };
  for (const layer of layers) values = executeLayer(layer, parameters, values, previousLogits);
  return values.data === input ? input.slice() : values.data;
}

function executeLayer(
  layer: HeadLayer,
  parameters: HeadParameters,
  values: RowValues,
  previousLogits: Float32Array | null,
): RowValues {
  switch (layer.kind) {
    case 'relu':
      return relu(values);
    case 'gelu':
      return gelu(values);
    case 'channels-first':
      return channelsFirst(values);
    case 'conv2d':
      return conv2d(layer, parameters, values);
    case 'mixed-pool':
      return mixedPool(layer, parameters, values);
    case 'adaptive-pools':
      return adaptivePools(layer, values);
    case 'pool-mix':
      return poolMix(layer, parameters, values);
    case 'flatten':
      return flatten(values);
    case 'take-token':
      return takeToken(layer, values);
    case 'mean-tokens':
      return meanTokens(values);
    case 'layer-norm':
      return layerNorm(layer, parameters, values);
    case 'cascade':
      return cascade(layer, parameters, values, previousLogits);
    case 'dense':
      return dense(layer, parameters, values);
  }
}

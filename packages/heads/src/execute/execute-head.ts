// The reference executor of heads: plain TypeScript over host arrays. It defines the meaning of a head; runtimes are
// compared with it.
// Every layer's result is float32.

import { InvalidInputError, type RowShape } from '@ztw/core';
import { rowSize } from '@ztw/core/runtime';
import type { Head, HeadParameters } from '../head.ts';
import type { RowValues } from '../layers/layer-definition.ts';
import { definitionOf, type HeadLayer } from '../layers/layer-kinds.ts';
import { parametersOf } from '../shapes/head-parameters.ts';

/**
 * Runs a whole head.
 * @param features `[rows, ...head.specification.inputShape]`
 * @param previousLogits `[rows, classes]` of the IC before; null for a head without cascade.
 * @returns logits `[rows, classes]`
 * @throws InvalidInputError for values of another number than the shapes say.
 * @throws InvalidModelError where layers do not fit together, or a parameter is missing or ill-sized.
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
 * @throws InvalidInputError for values of another number than the shapes say.
 * @throws InvalidModelError where layers do not fit together, or a parameter is missing or ill-sized.
 */
export function executeLayers(
  layers: readonly HeadLayer[],
  parameters: HeadParameters,
  input: Float32Array,
  inputShape: RowShape,
  rows: number,
  previousLogits: Float32Array | null,
): Float32Array {
  if (input.length !== rows * rowSize(inputShape)) {
    throw new InvalidInputError(`Expected ${rows} rows of shape [${inputShape}]; received ${input.length} values.`, {
      expected: [rows, ...inputShape],
      received: input.length,
      path: 'features',
    });
  }
  let values: RowValues = { rows, shape: inputShape, data: input };
  for (const layer of layers) {
    const definition = definitionOf(layer);
    const shape = definition.outputShape(layer, values.shape);
    const parameter = parametersOf(layer, parameters);
    const data = definition.execute(layer, values, {
      outputShape: shape,
      previousLogits,
      parameter: (name) => parameter(name).data,
    });
    values = { rows, shape, data };
  }
  return values.data === input ? input.slice() : values.data;
}

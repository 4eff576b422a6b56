import * as v from 'valibot';
import { positive, size, text } from './fields.ts';
import { unitNorm } from './initial-values.ts';
import type { LayerDefinition, LayerExecution } from './layer-definition.ts';
import { misfit } from './shape-checks.ts';

/** Normalises the last axis (biased variance). Parameters: `${name}.weight` `[size]`, `${name}.bias` `[size]`. */
export interface LayerNormLayer {
  readonly kind: 'layer-norm';
  readonly name: string;
  readonly size: number;
  readonly epsilon: number;
}

export const layerNorm: LayerDefinition<LayerNormLayer> = {
  fields: { kind: v.literal('layer-norm'), name: text, size, epsilon: positive },
  outputShape(layer, shape) {
    if (shape.at(-1) !== layer.size) throw misfit(layer, shape, `a last axis of ${layer.size}`);
    return shape;
  },
  parameters: (layer) => unitNorm(layer.size),
  execute: (layer, { data }, { parameter }) => normalise(data, layer.size, layer.epsilon, parameter),
  write: ({ epsilon }, value, { writer, parameter }) =>
    writer.layerNorm(value, { weight: parameter('weight'), bias: parameter('bias'), epsilon }),
};

/** `(x - mean) / sqrt(variance + epsilon) * weight + bias` over vectors of one size, variance biased. */
export function normalise(
  data: Float32Array,
  vectorSize: number,
  epsilon: number,
  parameter: LayerExecution['parameter'],
): Float32Array {
  const weight = parameter('weight');
  const bias = parameter('bias');
  const output = new Float32Array(data.length);
  for (let start = 0; start < output.length; start += vectorSize) {
    const vector = data.subarray(start, start + vectorSize);
    const mean = vector.reduce((sum, value) => sum + value, 0) / vectorSize;
    const variance = vector.reduce((sum, value) => sum + (value - mean) ** 2, 0) / vectorSize;
    const scale = 1 / Math.sqrt(variance + epsilon);
    for (let index = 0; index < vectorSize; index++) {
      const normalised = ((vector[index] as number) - mean) * scale;
      output[start + index] = normalised * (weight[index] as number) + (bias[index] as number);
    }
  }
  return output;
}

import type { HeadParameters, LayerNormLayer } from '../../contract/head.ts';
import { InvalidInputError } from '../../errors/errors.ts';
import { parameterValues, type RowValues } from './row-values.ts';

/** `(x - mean) / sqrt(variance + epsilon) * weight + bias` over the last axis, variance biased. */
export function layerNorm(
  layer: Pick<LayerNormLayer, 'name' | 'size' | 'epsilon'>,
  parameters: HeadParameters,
  values: RowValues,
): RowValues {
  const { size, epsilon } = layer;
  if (values.shape.at(-1) !== size) {
    throw new InvalidInputError(
      `Expected a last axis of ${size} at the layer "${layer.name}", received [${values.shape}].`,
    );
  }
  const weight = parameterValues(parameters, `${layer.name}.weight`, [size]);
  const bias = parameterValues(parameters, `${layer.name}.bias`, [size]);
  const output = new Float32Array(values.data.length);
  for (let start = 0; start < output.length; start += size) {
    const vector = values.data.subarray(start, start + size);
    const mean = vector.reduce((sum, value) => sum + value, 0) / size;
    const variance = vector.reduce((sum, value) => sum + (value - mean) ** 2, 0) / size;
    const scale = 1 / Math.sqrt(variance + epsilon);
    for (let index = 0; index < size; index++) {
      const normalised = ((vector[index] as number) - mean) * scale;
      output[start + index] = normalised * (weight[index] as number) + (bias[index] as number);
    }
  }
  return { ...values, data: output };
}

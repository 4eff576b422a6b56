import { createScratchBuffer } from '@ztw/core/runtime';
import type { LayerContext } from './layer-runner.ts';

/** Layer normalisation of vectors of one size, forwards and backwards. */
export interface VectorNorm {
  /** @param values `[vectors, size]` */
  forward(values: Float32Array): Float32Array;
  /** Writes the gradients of weight and bias. @param gradient `[vectors, size]`, for the last forward pass. */
  backward(gradient: Float32Array, wantInput: boolean): Float32Array | null;
}

/**
 * `(x - mean) / sqrt(variance + epsilon) * weight + bias`, variance biased.
 */
export function createVectorNorm(
  { epsilon }: { readonly epsilon: number },
  size: number,
  { parameter }: Pick<LayerContext, 'parameter'>,
): VectorNorm {
  const weight = parameter('weight');
  const bias = parameter('bias');
  const outputBuffer = createScratchBuffer();
  const normalisedBuffer = createScratchBuffer();
  const scaleBuffer = createScratchBuffer();
  const gradientBuffer = createScratchBuffer();
  let normalised: Float32Array = new Float32Array(0);
  let scales: Float32Array = new Float32Array(0);
  return {
    forward(values) {
      const vectors = values.length / size;
      const output = outputBuffer(values.length);
      normalised = normalisedBuffer(values.length);
      scales = scaleBuffer(vectors);
      for (let vector = 0; vector < vectors; vector++) {
        const start = vector * size;
        let mean = 0;
        for (let index = start; index < start + size; index++) {
          mean += values[index] as number;
        }
        mean /= size;
        let variance = 0;
        for (let index = start; index < start + size; index++) {
          variance += ((values[index] as number) - mean) ** 2;
        }
        const scale = 1 / Math.sqrt(variance / size + epsilon);
        scales[vector] = scale;
        for (let index = 0; index < size; index++) {
          const value = ((values[start + index] as number) - mean) * scale;
          normalised[start + index] = value;
          output[start + index] = value * (weight.value[index] as number) + (bias.value[index] as number);
        }
      }
      return output;
    },
    backward(gradient, wantInput) {
      const vectors = gradient.length / size;
      weight.gradient.fill(0);
      bias.gradient.fill(0);
      for (let position = 0; position < gradient.length; position++) {
        const index = position % size;
        const value = gradient[position] as number;
        weight.gradient[index] = (weight.gradient[index] as number) + value * (normalised[position] as number);
        bias.gradient[index] = (bias.gradient[index] as number) + value;
      }
      if (!wantInput) {
        return null;
      }
      // dx = scale * (g - mean(g) - normalised * mean(g * normalised)) with g = gradient * weight
      const inputGradient = gradientBuffer(gradient.length);
      for (let vector = 0; vector < vectors; vector++) {
        const start = vector * size;
        let mean = 0;
        let projection = 0;
        for (let index = 0; index < size; index++) {
          const value = (gradient[start + index] as number) * (weight.value[index] as number);
          mean += value;
          projection += value * (normalised[start + index] as number);
        }
        mean /= size;
        projection /= size;
        const scale = scales[vector] as number;
        for (let index = 0; index < size; index++) {
          const value = (gradient[start + index] as number) * (weight.value[index] as number);
          inputGradient[start + index] = scale * (value - mean - (normalised[start + index] as number) * projection);
        }
      }
      return inputGradient;
    },
  };
}

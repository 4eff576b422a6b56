import { memory, tensor } from '@tensorflow/tfjs-core';
import { seededRandom } from '@ztw/heads';
import { describe, expect, test } from 'vitest';
import { backends, tensorflowOn } from '../__fixtures__/backends.ts';
import { expectClose } from '../__fixtures__/expect-close.ts';
import { layerNorm } from './layer-norm.ts';

// float32 against float64.
const tolerance = { rtol: 1e-5, atol: 1e-5 };
const epsilon = 1e-3;

/** In float64. */
function expected(input: Float32Array, weight: Float32Array, bias: Float32Array | null): Float32Array {
  const size = weight.length;
  return input.map((value, index) => {
    const row = [...input.subarray(index - (index % size), index - (index % size) + size)];
    const mean = row.reduce((sum, other) => sum + other, 0) / size;
    const variance = row.reduce((sum, other) => sum + (other - mean) ** 2, 0) / size;
    const normalised = (value - mean) / Math.sqrt(variance + epsilon);
    return normalised * weight[index % size]! + (bias?.[index % size] ?? 0);
  });
}

describe.each(backends)('layerNorm on %s', (backend) => {
  // The last one is too large for the code over the heap.
  test.each([
    [1, 10],
    [32, 10],
    [3, 1],
    [2, 5, 4],
    [40, 16, 16],
  ])('rows of [%i, %i, ...]', async (...shape) => {
    const tf = await tensorflowOn(backend);
    const random = seededRandom(7);
    const size = shape.at(-1)!;
    const values = (length: number) => Float32Array.from({ length }, () => 4 * random() - 1);
    const input = values(shape.reduce((product, length) => product * length, 1));
    const [weight, bias] = [values(size), values(size)];
    for (const shift of [bias, null]) {
      const tensors = {
        input: tensor(input, shape),
        weight: tensor(weight),
        bias: shift === null ? null : tensor(shift),
      };
      const before = memory().numTensors;
      const result = layerNorm(tf, tensors, epsilon);
      expect(result.shape).toEqual(shape);
      expectClose(result.dataSync<'float32'>(), expected(input, weight, shift), tolerance, 'values');
      result.dispose();
      expect(memory().numTensors).toBe(before);
      for (const made of [tensors.input, tensors.weight, tensors.bias]) made?.dispose();
    }
  });
});

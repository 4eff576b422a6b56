import { memory } from '@tensorflow/tfjs-core';
import type { Activation, ConvolutionGeometry } from '@ztw/core/runtime';
import { executeLayers, type LayerKinds, seededRandom } from '@ztw/heads';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { activationOf } from '../../../training/src/layers/activation.ts';
import { backends, tensorflowOn } from '../__fixtures__/backends.ts';
import { expectClose } from '../__fixtures__/expect-close.ts';
import { tensorflowKernels } from './tensorflow-kernels.ts';

interface Drawn extends ConvolutionGeometry {
  readonly rows: number;
  readonly seed: number;
}

const geometries: fc.Arbitrary<Drawn> = fc
  .record({
    rows: fc.integer({ min: 1, max: 5 }),
    inChannels: fc.integer({ min: 1, max: 9 }),
    outChannels: fc.integer({ min: 1, max: 9 }),
    kernelSize: fc.integer({ min: 1, max: 4 }),
    stride: fc.integer({ min: 1, max: 3 }),
    padding: fc.integer({ min: 0, max: 2 }),
    height: fc.integer({ min: 1, max: 10 }),
    width: fc.integer({ min: 1, max: 10 }),
    seed: fc.nat(1000),
  })
  .map((sizes) => {
    const outSize = (size: number) => Math.floor((size + 2 * sizes.padding - sizes.kernelSize) / sizes.stride) + 1;
    return { ...sizes, outHeight: outSize(sizes.height), outWidth: outSize(sizes.width) };
  })
  .filter(({ outHeight, outWidth, padding, kernelSize }) => outHeight > 0 && outWidth > 0 && padding < kernelSize);

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, index) => sum + value * b[index]!, 0);
}

describe.each(backends)('tensorflowKernels on the %s backend', (backend) => {
  test('convolve as the reference does, with gradients that are the adjoints', async () => {
    const kernels = tensorflowKernels(await tensorflowOn(backend));
    fc.assert(
      fc.property(geometries, (geometry) => {
        const { rows, inChannels, outChannels, kernelSize, stride, padding, height, width, seed } = geometry;
        const random = seededRandom(seed);
        const draw = (length: number) => Float32Array.from({ length }, () => random() - 0.5);
        const values = draw(rows * inChannels * height * width);
        const weight = draw(outChannels * inChannels * kernelSize * kernelSize);
        const gradient = draw(rows * outChannels * geometry.outHeight * geometry.outWidth);
        const input = activationOf(values, rows, [inChannels, height, width]);
        const tensors = memory().numTensors;

        const convolve = (of: Activation, by: Float32Array): Float32Array => {
          const result = new Float32Array(gradient.length).fill(NaN);
          kernels.convolve(of, by, geometry, result);
          return result;
        };
        const layer: LayerKinds['conv2d'] = {
          kind: 'conv2d',
          name: 'c',
          inChannels,
          outChannels,
          kernelSize,
          stride,
          padding,
        };
        const parameters = {
          'c.weight': { shape: [outChannels, inChannels, kernelSize, kernelSize], data: weight },
          'c.bias': { shape: [outChannels], data: new Float32Array(outChannels) },
        };
        const expected = executeLayers([layer], parameters, values, [inChannels, height, width], rows, null);
        // Sums of at most 144 products of halves.
        expectClose(convolve(input, weight), expected, { rtol: 1e-4, atol: 1e-5 });

        // <conv(x, w), g> is linear in w and in x, so products with arbitrary w and x determine the gradients.
        const byWeight = new Float32Array(weight.length).fill(NaN);
        kernels.convolutionFilterGradient(input, gradient, geometry, byWeight);
        const byInput = new Float32Array(values.length).fill(NaN);
        kernels.convolutionInputGradient(weight, gradient, rows, geometry, byInput);
        const otherWeight = draw(weight.length);
        const otherValues = draw(values.length);
        const otherInput = activationOf(otherValues, rows, [inChannels, height, width]);
        expect(dot(byWeight, otherWeight)).toBeCloseTo(dot(convolve(input, otherWeight), gradient), 3);
        expect(dot(byInput, otherValues)).toBeCloseTo(dot(convolve(otherInput, weight), gradient), 3);
        expect(memory().numTensors).toBe(tensors);
      }),
      { numRuns: 60 },
    );
  });

  test('multiply matrices', async () => {
    const kernels = tensorflowKernels(await tensorflowOn(backend));
    const product = kernels.matMul(Float32Array.of(1, 2, 3, 4, 5, 6), Float32Array.of(1, 0, 0, 1, 2, -1), 2, 3, 2);
    expect([...product]).toEqual([7, -1, 16, -1]);
  });
});

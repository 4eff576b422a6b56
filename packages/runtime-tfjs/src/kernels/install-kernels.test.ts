import * as tensorflow from '@tensorflow/tfjs-core';
import { seededRandom } from '@ztw/heads';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tensorflowOn } from '../__fixtures__/backends.ts';
import { expectClose } from '../__fixtures__/expect-close.ts';
import { installKernels } from './install-kernels.ts';

const sizes = fc
  .record({
    rows: fc.integer({ min: 1, max: 5 }),
    inChannels: fc.integer({ min: 1, max: 5 }),
    outChannels: fc.integer({ min: 1, max: 5 }),
    height: fc.integer({ min: 1, max: 11 }),
    width: fc.integer({ min: 1, max: 11 }),
    kernel: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
    strides: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    pad: fc.oneof(
      fc.constantFrom<'same' | 'valid'>('same', 'valid'),
      fc.tuple(...Array.from({ length: 4 }, () => fc.integer({ min: 0, max: 2 }))),
    ),
    seed: fc.nat(1000),
  })
  .map(({ pad, ...others }) => ({ ...others, pad: typeof pad === 'string' ? pad : explicitPads(pad) }))
  .filter(({ height, width, kernel, pad }) => {
    if (pad === 'same') return true;
    const [, vertical, horizontal] = pad === 'valid' ? explicitPads([0, 0, 0, 0]) : pad;
    return height + vertical[0] + vertical[1] >= kernel[0] && width + horizontal[0] + horizontal[1] >= kernel[1];
  });

type Pads = [[number, number], [number, number], [number, number], [number, number]];

/** Per axis of `[rows, height, width, channels]`, as ONNX exporters give them. */
function explicitPads([top, bottom, left, right]: readonly number[]): Pads {
  return [
    [0, 0],
    [top!, bottom!],
    [left!, right!],
    [0, 0],
  ];
}

describe('installKernels', () => {
  test('gives wasm the filter gradient of conv2d, equal to the cpu backend’s', async () => {
    const tf = await tensorflowOn('wasm');
    installKernels(tf);
    const before = tf.getKernel('Conv2DBackpropFilter', 'wasm');
    expect(before).toBeDefined();
    installKernels(tf);
    expect(tf.getKernel('Conv2DBackpropFilter', 'wasm')).toBe(before);

    await fc.assert(
      fc.asyncProperty(sizes, async ({ rows, inChannels, outChannels, height, width, kernel, strides, pad, seed }) => {
        const random = seededRandom(seed);
        const draw = (length: number) => Float32Array.from({ length }, () => random() - 0.5);
        const input = draw(rows * height * width * inChannels);
        const filterShape: [number, number, number, number] = [...kernel, inChannels, outChannels];
        const info = tf.backend_util.computeConv2DInfo([rows, height, width, inChannels], filterShape, strides, 1, pad);
        const gradient = draw(rows * info.outHeight * info.outWidth * outChannels);
        const results: Float32Array[] = [];
        for (const backend of ['cpu', 'wasm'] as const) {
          await tensorflowOn(backend);
          const left = tensorflow.memory().numTensors;
          const x = tensorflow.tensor4d(input, [rows, height, width, inChannels]);
          const dy = tensorflow.tensor4d(gradient, [rows, info.outHeight, info.outWidth, outChannels]);
          const attributes = { strides, pad, dataFormat: 'NHWC', dimRoundingMode: 'floor', filterShape };
          const result: tensorflow.Tensor = tensorflow
            .engine()
            .runKernel('Conv2DBackpropFilter', { x, dy }, attributes);
          expect(result.shape).toEqual(filterShape);
          results.push(result.dataSync<'float32'>().slice());
          for (const tensor of [x, dy, result]) tensor.dispose();
          expect(tensorflow.memory().numTensors).toBe(left);
        }
        // Sums of at most 5 * 121 products of halves, in another order.
        expectClose(results[1], results[0]!, { rtol: 1e-4, atol: 1e-5 });
      }),
      { numRuns: 60 },
    );
  });

  test('frees intermediate results', async () => {
    const tf = await tensorflowOn('wasm');
    installKernels(tf);
    const x = tensorflow.ones([2, 8, 8, 3]);
    const dy = tensorflow.ones([2, 4, 4, 5]);
    const attributes = {
      strides: [2, 2],
      pad: 'same',
      dataFormat: 'NHWC',
      dimRoundingMode: 'floor',
      filterShape: [3, 3, 3, 5],
    };
    const run = () => tensorflow.engine().runKernel('Conv2DBackpropFilter', { x, dy }, attributes) as tensorflow.Tensor;
    run().dispose();
    const before = tensorflow.engine().backend.numDataIds();
    for (let repeat = 0; repeat < 5; repeat++) run().dispose();
    expect(tensorflow.engine().backend.numDataIds()).toBe(before);
    x.dispose();
    dy.dispose();
  });
});

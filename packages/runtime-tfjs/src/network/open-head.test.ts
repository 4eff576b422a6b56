// Heads of every family on TensorFlow.js against the plain reference, which reads features with their channels first.

import { memory, type Tensor, tensor } from '@tensorflow/tfjs-core';
import type { RowShape } from '@ztw/core';
import {
  convHead,
  executeHead,
  type Head,
  initialiseHead,
  poolConvHead,
  pooledHead,
  seededRandom,
  swinHead,
  tokenHead,
} from '@ztw/heads';
import { describe, expect, test } from 'vitest';
import { backends, tensorflowOn } from '../__fixtures__/backends.ts';
import { expectClose } from '../__fixtures__/expect-close.ts';
import { openHead } from './open-head.ts';
import { toChannelsLast } from './row-layout.ts';

// float32 kernels against the reference, sums of some hundred products.
const tolerance = { rtol: 1e-4, atol: 1e-5 };
const rows = 3;
const [classes, cascade] = [4, true];

const heads: readonly (readonly [string, Head])[] = [
  ['pooled, even windows', pooledHead({ inputShape: [5, 8, 12], classes, cascade, poolSize: 4 })],
  ['pooled, windows that overlap', pooledHead({ inputShape: [5, 7, 10], classes, cascade, poolSize: 4 })],
  ['pooled to one value', pooledHead({ inputShape: [5, 6, 6], classes, cascade, poolSize: 1 })],
  ['pooled, windows of one value', pooledHead({ inputShape: [5, 4, 4], classes, cascade, poolSize: 4 })],
  ['pooled, a map of one position', pooledHead({ inputShape: [9, 1, 1], classes, cascade })],
  ['conv', convHead({ inputShape: [5, 9, 9], classes, cascade })],
  ['pool-conv', poolConvHead({ inputShape: [3, 40, 40], classes, cascade })],
  ['token', tokenHead({ inputShape: [7, 16], classes, cascade })],
  ['a bottleneck', pooledHead({ inputShape: [5, 6, 6], classes, cascade, poolSize: 1, bottleneck: 3 })],
  ['a vector', tokenHead({ inputShape: [16], classes, cascade })],
  ['swin', swinHead({ inputShape: [8, 8, 6], classes, cascade })],
].map(([name, specification]) => [name as string, initialiseHead(specification as Head['specification'], 3)] as const);

function values(shape: RowShape, seed: number): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length: shape.reduce((size, length) => size * length, rows) }, () => 2 * random() - 1);
}

describe.each(backends)('openHead on %s', (backend) => {
  test.each(heads)('%s', async (_name, { specification, parameters }) => {
    const tf = await tensorflowOn(backend);
    const { layers, inputShape } = specification;
    const [features, previous] = [values(inputShape, 1), values([classes], 2)];
    const head = openHead({ tf, layers, parameters, inputShape, what: 'head' });
    const before = memory().numTensors;
    const first = tensor(features, [rows, ...inputShape]) as Tensor;
    const input = toChannelsLast(tf, first);
    first.dispose();
    const { logits } = head.run([input], tensor(previous, [rows, classes]), rows);
    const actual = Float32Array.from(logits.dataSync());
    logits.dispose();
    expect(memory().numTensors).toBe(before);
    const expected = executeHead({ specification, parameters }, features, rows, previous);
    expectClose(actual, expected, tolerance, 'logits');
    head.release();
  });
});

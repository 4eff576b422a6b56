import {
  executeHead,
  executeLayers,
  headMacs,
  initialiseHead,
  poolConvHead,
  seededRandom,
  splitPrefix,
} from '@ztw/heads';
import * as ortNode from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { goldenCascades, goldenHeads, goldenPools } from '../../heads/src/__fixtures__/golden.ts';
import { emitHead } from '../src/index.ts';
import { largestDifference } from './support/staged.ts';
import { type NamedArray, runModel } from './support/wasm.ts';

/** Float32 sums in another order than PyTorch's; values are of order 1. */
const atol = 2e-5;

function feeds(
  head: { specification: { inputShape: readonly number[]; classes: number } },
  rows: number,
  input: Float32Array,
  previous: Float32Array | null,
): Record<string, NamedArray> {
  const { inputShape, classes } = head.specification;
  return {
    features: { dims: [rows, ...inputShape], data: input },
    ...(previous === null ? {} : { previous_logits: { dims: [rows, classes], data: previous } }),
  };
}

/** With the operators of old and new opsets: axes as attributes and inputs, layer norm decomposed and whole. */
describe.each([11, 17, 18, 21])('heads at opset %i', (opset) => {
  test.each(goldenHeads().map((golden) => [golden.name, golden] as const))('%s', async (_name, golden) => {
    const { head, rows, input, previousLogits } = golden;
    const outputs = await runModel(emitHead(head, { opset }), feeds(head, rows, input, previousLogits));
    expect(largestDifference(outputs.logits!.data, golden.expected)).toBeLessThan(atol);
  });
});

test.each(goldenCascades().map((golden) => [golden.name, golden] as const))('%s', async (_name, golden) => {
  let previous: Float32Array | null = null;
  for (const [index, head] of golden.heads.entries()) {
    const bytes = emitHead(head, { opset: 13 });
    const outputs: Record<string, NamedArray> = await runModel(
      bytes,
      feeds(head, golden.rows, golden.features[index]!, previous),
    );
    previous = outputs.logits!.data as Float32Array;
    expect(largestDifference(previous, golden.logits[index]!)).toBeLessThan(atol);
  }
});

test.each(goldenPools().map((golden) => [golden.name, golden] as const))('%s', async (_name, golden) => {
  const elements = golden.output.length / golden.rows;
  // A head must end in a dense layer of its own; the identity shows the pool.
  const identity = new Float32Array(elements * elements);
  for (let index = 0; index < elements; index++) identity[index * elements + index] = 1;
  const head = {
    specification: {
      specificationVersion: 'v1' as const,
      family: 'pool',
      inputShape: golden.inputShape,
      classes: elements,
      layers: [
        { kind: 'mixed-pool' as const, name: 'pool', outputSize: golden.outputSize },
        { kind: 'flatten' as const },
        { kind: 'dense' as const, name: 'show', inFeatures: elements, outFeatures: elements },
      ],
    },
    parameters: {
      'pool.alpha': { shape: [1], data: Float32Array.of(golden.alpha) },
      'show.weight': { shape: [elements, elements], data: identity },
      'show.bias': { shape: [elements], data: new Float32Array(elements) },
    },
  };
  const outputs = await runModel(emitHead(head, { opset: 13 }), feeds(head, golden.rows, golden.input, null));
  expect(largestDifference(outputs.logits!.data, golden.output)).toBeLessThan(atol);
});

/** One of each family; the binary runtime differs from the wasm one in its kernels. */
const sample = goldenHeads().filter(
  (golden, index, all) =>
    all.findIndex((other) => other.head.specification.family === golden.head.specification.family) === index,
);

test.each(sample.map((golden) => [golden.name, golden] as const))('onnxruntime-node: %s', async (_name, golden) => {
  const session = await ortNode.InferenceSession.create(emitHead(golden.head, { opset: 13 }), { intraOpNumThreads: 1 });
  const named = feeds(golden.head, golden.rows, golden.input, golden.previousLogits);
  const tensors = Object.entries(named).map(([name, { dims, data }]) => [
    name,
    new ortNode.Tensor('float32', data as Float32Array, [...dims]),
  ]);
  const { logits } = await session.run(Object.fromEntries(tensors));
  expect(largestDifference(logits!.data as Float32Array, golden.expected)).toBeLessThan(atol);
});

test('the trained half of a split head, fed with its cached prefix, gives the logits of the whole', async () => {
  for (const { head, input, rows, previousLogits, expected } of goldenHeads()) {
    const { prefix, trained } = splitPrefix(head.specification);
    const cached = executeLayers(prefix, {}, input, head.specification.inputShape, rows, null);
    const half = { specification: trained, parameters: head.parameters };
    const outputs = await runModel(emitHead(half, { opset: 13 }), feeds(half, rows, cached, previousLogits));
    expect(largestDifference(outputs.logits!.data, expected)).toBeLessThan(atol);
    expect(headMacs(trained)).toBe(headMacs(head.specification));
  }
});

test('a bottleneck behind features and previous logits', async () => {
  const options = { inputShape: [4, 14, 14], classes: 5, cascade: true, poolSize: 1, channelDivisor: 2, bottleneck: 2 };
  const head = initialiseHead(poolConvHead(options), 1);
  const random = seededRandom(2);
  const draw = (length: number): Float32Array => Float32Array.from({ length }, () => 2 * random() - 1);
  const [input, previous] = [draw(3 * 4 * 14 * 14), draw(3 * 5)];
  const outputs = await runModel(emitHead(head, { opset: 13 }), feeds(head, 3, input, previous));
  expect(largestDifference(outputs.logits!.data, executeHead(head, input, 3, previous))).toBeLessThan(atol);
});

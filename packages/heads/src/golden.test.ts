import { describe, expect, test } from 'vitest';
import { goldenCascades, goldenHeads, goldenPools } from './__fixtures__/golden.ts';
import { executeHead, executeLayers } from './execute/execute-head.ts';
import type { HeadSpecification } from './head.ts';
import { hasCascade } from './shapes/previous-logits.ts';

/** Float32 sums of the original code in another order than ours: a few units in the sixth digit. */
const tolerance = { rtol: 1e-4, atol: 1e-5 };

function expectClose(actual: Float32Array, expected: Float32Array): void {
  expect(actual.length).toBe(expected.length);
  const off = actual.findIndex(
    (value, index) =>
      !(Math.abs(value - expected[index]!) <= tolerance.atol + tolerance.rtol * Math.abs(expected[index]!)),
  );
  expect(off, off < 0 ? '' : `[${off}]: ${actual[off]} instead of ${expected[off]}`).toBe(-1);
}

function meanCrossEntropy(logits: Float32Array, labels: Int32Array): number {
  const classes = logits.length / labels.length;
  let sum = 0;
  labels.forEach((label, row) => {
    const scores = logits.subarray(row * classes, (row + 1) * classes);
    sum += Math.log(scores.reduce((total, score) => total + Math.exp(score), 0)) - scores[label]!;
  });
  return sum / labels.length;
}

describe('stored examples of the original code', () => {
  test.for(goldenHeads().map((golden) => [golden.name, golden] as const))('%s', ([, golden]) => {
    const logits = executeHead(golden.head, golden.input, golden.rows, golden.previousLogits);
    expectClose(logits, golden.expected);
    expect(meanCrossEntropy(logits, golden.labels)).toBeCloseTo(golden.loss, 4);
  });

  test.for(goldenPools().map((golden) => [golden.name, golden] as const))('%s', ([, golden]) => {
    const output = executeLayers(
      [{ kind: 'mixed-pool', name: 'pool', outputSize: golden.outputSize }],
      { 'pool.alpha': { shape: [1], data: Float32Array.of(golden.alpha) } },
      golden.input,
      golden.inputShape,
      golden.rows,
      null,
    );
    expectClose(output, golden.output);
  });

  test.for(goldenCascades().map((golden) => [golden.name, golden] as const))('%s', ([, golden]) => {
    let previousLogits: Float32Array | null = null;
    golden.heads.forEach((head, index) => {
      const logits = executeHead(head, golden.features[index]!, golden.rows, previousLogits);
      expectClose(logits, golden.logits[index]!);
      expect(meanCrossEntropy(logits, golden.labels)).toBeCloseTo(golden.losses[index]!, 4);
      previousLogits = logits;
    });
  });

  test('there is one of every kind', () => {
    const kindsOf = (specification: HeadSpecification): string => {
      const convolutions = specification.layers.filter(({ kind }) => kind === 'conv2d').length;
      return [specification.family, ...(convolutions > 0 ? [convolutions] : [])].join(' ');
    };
    const heads = goldenHeads().map(({ head }) => head.specification);
    const families = ['conv 1', 'conv 2', 'conv 3', 'conv 4', 'conv 5', 'pooled', 'swin', 'token'];
    for (const cascading of [false, true]) {
      const kinds = new Set(heads.filter((head) => hasCascade(head) === cascading).map(kindsOf));
      expect([...kinds].sort()).toEqual(families);
    }
    expect(goldenPools().length).toBeGreaterThan(0);
    expect(new Set(goldenCascades().map(({ detach }) => detach))).toEqual(new Set([true, false]));
  });
});

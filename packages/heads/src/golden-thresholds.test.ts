// Exits and outputs of the original PyTorch code (its offline evaluation), against the live loop.

import { classify, confidenceThreshold, runAllExits, softmax } from '@ztw/core';
import { takeRows } from '@ztw/core/runtime';
import { type ReplayExit, replayModel, rowNumbers } from '@ztw/core/testing';
import { describe, expect, test } from 'vitest';
import { type GoldenNetwork, goldenNetworks } from './__fixtures__/golden.ts';
import { executeHead } from './execute/execute-head.ts';
import { hasCascade } from './shapes/previous-logits.ts';

/** Exits that run the heads on the stored features of whatever rows are left; the last one is stored. */
function computedExits({ heads, features, rows, logits }: GoldenNetwork): ReplayExit[] {
  const exits = heads.map((head, index): ReplayExit => {
    const values = features[index]!;
    return (numbers, previousLogits) =>
      executeHead(head, takeRows(values, values.length / rows, numbers), numbers.length, previousLogits);
  });
  return [...exits, logits.at(-1)!];
}

async function exitsAndOutputs(
  { classes, rows }: GoldenNetwork,
  exits: readonly ReplayExit[],
  threshold: number,
  batchSize: number,
) {
  const model = replayModel({ classes, exits });
  const { results } = await classify(model, rowNumbers(rows), { policy: confidenceThreshold(threshold), batchSize });
  expect(model.liveFeatures).toBe(0);
  return {
    exits: results.map((result) => result.exitIndex),
    outputs: Float32Array.from(results.flatMap((result) => [...result.probabilities])),
  };
}

test('there are networks with and without a cascade', () => {
  const cascades = goldenNetworks().map(({ heads }) => heads.some(({ specification }) => hasCascade(specification)));
  expect(new Set(cascades)).toEqual(new Set([false, true]));
});

describe.each(goldenNetworks().map((golden) => [golden.name, golden] as const))('%s', (_name, golden) => {
  const { classes, rows, logits, heads, thresholds } = golden;

  test('has heads that the reference reproduces', async () => {
    const computed = await runAllExits(replayModel({ classes, exits: computedExits(golden) }), rowNumbers(rows));
    expect(computed).toHaveLength(heads.length + 1);
    expect(logits).toHaveLength(heads.length + 1);
    logits.forEach((stored, exit) => {
      // rtol 1e-4, atol 1e-5: float32 sums of some dozen products, in another order than PyTorch's.
      stored.forEach((value, index) => {
        expect(Math.abs((computed[exit]?.[index] as number) - value)).toBeLessThan(1e-5 + 1e-4 * Math.abs(value));
      });
    });
  });

  describe.each(thresholds)('threshold $threshold', ({ threshold, exits: expectedExits, outputs }) => {
    test.each([
      ['stored logits', logits, rows],
      ['stored logits, row by row', logits, 1],
      ['stored logits, batches of 5', logits, 5],
      ['heads run on the rows that are left', computedExits(golden), rows],
      ['heads run row by row', computedExits(golden), 1],
    ])('leaves and answers as the original: %s', async (_what, exits, batchSize) => {
      const live = await exitsAndOutputs(golden, exits, threshold, batchSize);
      expect(live.exits).toEqual(expectedExits);
      const expected = softmax(outputs, classes);
      expect(live.outputs).toHaveLength(expected.length);
      // atol 2e-5 on probabilities: the logits' tolerance goes through a softmax.
      live.outputs.forEach((value, index) => {
        expect(Math.abs(value - (expected[index] as number))).toBeLessThan(2e-5);
      });
    });
  });
});

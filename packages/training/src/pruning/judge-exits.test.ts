import { predictionsFromLogits } from '@ztw/core/evaluation';
import { expect, test } from 'vitest';
import { judgeExits } from './judge-exits.ts';

/** Four rows of class 0. Exit 0 is sure of two and wrong about the others, exit 1 like it, the last exit knows all. */
const predictions = predictionsFromLogits({
  labels: new Int32Array(4),
  classes: 2,
  exitMacs: [1, 2, 3],
  logits: [
    Float32Array.of(4, 0, 4, 0, 0, 0.1, 0, 0.1),
    Float32Array.of(4, 0, 4, 0, 0, 0.1, 0, 0.1),
    Float32Array.of(4, 0, 4, 0, 4, 0, 4, 0),
  ],
});
const prices = { unit: 'macs', segments: [10, 10, 10], heads: [2, 2, 0], whole: 30 } as const;
const options = { predictions, prices, accuracy: 1, alternatives: [] };

test('an exit where nobody leaves is dropped, one that saves stays', () => {
  expect(judgeExits(options)).toMatchObject({
    kept: [0, 2],
    dropped: [{ exit: 1, costWith: 23, costWithout: 22 }],
    cost: 22,
    costOfAll: 23,
    best: { kind: 'early-exit' },
  });
});

test('where no head is worth its cost, the network alone stays', () => {
  const dear = { ...prices, heads: [25, 25, 0] };
  expect(judgeExits({ ...options, prices: dear })).toMatchObject({ kept: [2], best: { kind: 'whole-network' } });
});

test('another network may be the better answer', () => {
  const alternatives = [{ name: 'small', accuracy: 1, cost: 15 }];
  expect(judgeExits({ ...options, alternatives }).best).toEqual({ kind: 'alternative', name: 'small' });
});

test('where no threshold is accurate enough, no exit pays, whatever it costs', () => {
  const wrong = { ...predictions, answers: predictions.answers.map(() => new Int32Array(4).fill(1)) };
  expect(judgeExits({ ...options, predictions: wrong })).toEqual({
    kept: [2],
    dropped: [
      { exit: 0, costWith: null, costWithout: null },
      { exit: 1, costWith: null, costWithout: null },
    ],
    cost: null,
    costOfAll: null,
    best: { kind: 'whole-network' },
  });
});

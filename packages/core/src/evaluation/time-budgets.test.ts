import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../errors/errors.ts';
import { predictionsFromLogits } from './exit-predictions.ts';
import { patienceRule, thresholdRule } from './exit-rule.ts';
import { meanMilliseconds, timeBudgets } from './time-budgets.ts';

/** Four rows of class 0: exit 0 is sure of two and wrong about two, exit 1 knows all. */
const predictions = predictionsFromLogits({
  labels: new Int32Array(4),
  classes: 2,
  exitMacs: [10, 100],
  logits: [Float32Array.of(4, 0, 4, 0, 0, 0.1, 0, 0.1), Float32Array.of(4, 0, 4, 0, 4, 0, 4, 0)],
});
const options = { predictions, rule: thresholdRule(), backboneMacs: 100, exitMilliseconds: [2, 4] };

describe('budgets in milliseconds', () => {
  it('reads accuracy, time and MACs at the last setting within each', () => {
    const [none, cheap, half, all] = timeBudgets({ ...options, budgets: [1.9, 2, 3, 9] });
    expect(none).toEqual({ budgetMilliseconds: 1.9, calibrated: null, swept: null });
    expect(cheap?.swept).toMatchObject({ accuracy: 0.5, milliseconds: 2, cost: 0.1, histogram: [4, 0] });
    expect(half?.swept).toMatchObject({ accuracy: 1, milliseconds: 3, cost: 0.55, histogram: [2, 2] });
    expect(all?.swept).toMatchObject({ accuracy: 1, milliseconds: 4, cost: 1, histogram: [0, 4] });
  });

  it('keeps settings that were chosen elsewhere apart', () => {
    const chosen = [{ budgetMilliseconds: 3, setting: 0 }];
    const [row] = timeBudgets({ ...options, budgets: [3], chosen });
    expect(row?.calibrated).toMatchObject({ setting: 0, milliseconds: 2, histogram: [4, 0] });
    expect(row?.swept?.milliseconds).toBe(3);
  });

  it('knows every rule', () => {
    const [row] = timeBudgets({ ...options, rule: patienceRule(), budgets: [2] });
    expect(row?.swept).toMatchObject({ setting: 0, milliseconds: 2 });
  });

  it.each([{ budgets: [0] }, { budgets: [Number.NaN] }, { budgets: [1], exitMilliseconds: [1] }])(
    'refuses %o',
    (change) => {
      expect(() => timeBudgets({ ...options, ...change })).toThrow(InvalidInputError);
    },
  );
});

it('means are weighted by the rows, counted or in shares', () => {
  expect(meanMilliseconds([3, 1], [2, 4])).toBe(2.5);
  expect(meanMilliseconds([0.75, 0.25], [2, 4])).toBe(2.5);
});

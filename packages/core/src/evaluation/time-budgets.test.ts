import { describe, expect, it } from 'vitest';
import type { ExitCosts } from '../costs/exit-costs.ts';
import { InvalidInputError } from '../errors/errors.ts';
import { policyKinds } from '../policy/policy-kinds.ts';
import { costsInMacs, predictionsFromLogits } from './exit-predictions.ts';
import { timeBudgets } from './time-budgets.ts';

/** Four rows of class 0: exit 0 is sure of two and wrong about two, exit 1 knows all. */
const predictions = predictionsFromLogits({
  labels: new Int32Array(4),
  classes: 2,
  exitMacs: [10, 100],
  logits: [Float32Array.of(4, 0, 4, 0, 0, 0.1, 0, 0.1), Float32Array.of(4, 0, 4, 0, 4, 0, 4, 0)],
});
const times: ExitCosts = { unit: 'milliseconds', perExit: [2, 4], whole: null };
const options = { predictions, costs: costsInMacs(predictions, 100), times };

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

  it('knows every kind of policy', () => {
    for (const policy of Object.values(policyKinds)) {
      const [row] = timeBudgets({ ...options, policy, budgets: [2] });
      expect(row?.swept).toMatchObject({ milliseconds: 2, histogram: [4, 0] });
    }
  });

  it.each([{ budgets: [0] }, { budgets: [Number.NaN] }, { budgets: [1], times: { ...times, perExit: [1] } }])(
    'refuses %o',
    (change) => {
      expect(() => timeBudgets({ ...options, ...change })).toThrow(InvalidInputError);
    },
  );
});

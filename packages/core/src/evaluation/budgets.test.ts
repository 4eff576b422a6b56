import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryPredictions } from '../__fixtures__/arbitrary-predictions.ts';
import type { PolicySpecification } from '../contract/exit-policy.ts';
import { InvalidInputError } from '../errors/errors.ts';
import { policyKinds, singleLimit } from '../policy/policy-kinds.ts';
import { interpolatedAccuracy, lastBeforeOverspending, lastWithinBudget } from './budget-readoff.ts';
import { budgetTable } from './budget-table.ts';
import { calibrate, chooseSettingsForShares } from './calibrate.ts';
import { applySetting } from './exit-outcome.ts';
import { costsInMacs } from './exit-predictions.ts';

const curve = [
  { setting: 0, accuracy: 0.5, cost: 10 },
  { setting: 1, accuracy: 0.6, cost: 20 },
  { setting: 2, accuracy: 0.7, cost: 20 },
  { setting: 3, accuracy: 0.9, cost: 40 },
];

describe('reading a curve at a budget', () => {
  it('takes the last setting within it', () => {
    expect(lastWithinBudget(curve, 20)?.setting).toBe(2);
    expect(lastWithinBudget(curve, 39.9)?.setting).toBe(2);
    expect(lastWithinBudget(curve, 1000)?.setting).toBe(3);
    expect(lastWithinBudget(curve, 9.9)).toBeNull();
  });

  it('differs from the reference’s read-off only where cost falls again', () => {
    for (const budget of [9.9, 10, 20, 30, 40, 100]) {
      expect(lastBeforeOverspending(curve, budget)).toBe(lastWithinBudget(curve, budget));
    }
    const falling = [...curve, { setting: 4, accuracy: 1, cost: 15 }];
    expect(lastBeforeOverspending(falling, 20)?.setting).toBe(2);
    expect(lastWithinBudget(falling, 20)?.setting).toBe(4);
  });

  it('interpolates between the last of equal costs and the next', () => {
    expect(interpolatedAccuracy(curve, 20)).toBe(0.7);
    expect(interpolatedAccuracy(curve, 30)).toBeCloseTo(0.8, 12);
    expect(interpolatedAccuracy(curve, 40)).toBe(0.9);
    expect(interpolatedAccuracy(curve, 99)).toBe(0.9);
    expect(interpolatedAccuracy(curve, 9)).toBeNull();
  });
});

const budgets = [0.25, 0.5, 0.75, 1];
const limitOf = (policy: PolicySpecification) => singleLimit(policy)!.limit;

describe('calibrate', () => {
  it('chooses within the budget, and no later threshold would be', () => {
    fc.assert(
      fc.property(arbitraryPredictions, fc.integer({ min: 1, max: 400 }), (predictions, backboneMacs) => {
        const points = calibrate({ predictions, budgets, costs: costsInMacs(predictions, backboneMacs) });
        for (const { budget, policy, accuracy, cost } of points) {
          const threshold = limitOf(policy);
          const outcome = applySetting(predictions, {}, threshold);
          expect(cost).toBeCloseTo(outcome.macs / backboneMacs, 9);
          expect(accuracy).toBe(outcome.accuracy);
          expect(cost).toBeLessThanOrEqual(budget + 1e-9);
          if (threshold < 1) {
            const next = applySetting(predictions, {}, threshold + 0.001001);
            expect(next.macs / backboneMacs).toBeGreaterThan(budget - 1e-9);
          }
        }
      }),
    );
  });

  it('leaves out budgets that even the first exit exceeds', () => {
    fc.assert(
      fc.property(arbitraryPredictions, (predictions) => {
        const backboneMacs = 1000;
        const reachable = budgets.filter((budget) => predictions.exitMacs[0]! <= budget * backboneMacs);
        const chosen = calibrate({ predictions, budgets, costs: costsInMacs(predictions, backboneMacs) }).map(
          (point) => point.budget,
        );
        expect(chosen).toEqual(reachable);
      }),
    );
  });

  it.each([
    [[0], 1],
    [[-1], 1],
    [[Number.NaN], 1],
    [[0.5], 0],
    [[0.5], Number.POSITIVE_INFINITY],
  ])('refuses budgets %j of a backbone of %d MACs', (bad, backboneMacs) => {
    const [predictions] = fc.sample(arbitraryPredictions, 1);
    const costs = costsInMacs(predictions!, backboneMacs);
    expect(() => calibrate({ predictions: predictions!, budgets: bad, costs })).toThrow(InvalidInputError);
  });
});

describe('budgetTable', () => {
  it('keeps the two protocols apart', () => {
    fc.assert(
      fc.property(arbitraryPredictions, arbitraryPredictions, (reported, heldOut) => {
        const backboneMacs = 100;
        for (const policy of Object.values(policyKinds)) {
          const chosen = chooseSettingsForShares({
            predictions: heldOut,
            policy,
            budgets,
            costs: costsInMacs(heldOut, backboneMacs),
          });
          const rows = budgetTable({
            predictions: reported,
            policy,
            budgets,
            costs: costsInMacs(reported, backboneMacs),
            chosen,
          });
          expect(rows.map((row) => row.budget)).toEqual(budgets);
          for (const { budget, calibrated, swept, interpolated } of rows) {
            const setting = chosen.find((point) => point.budget === budget)?.setting;
            expect(calibrated?.setting).toBe(setting);
            if (swept === null) expect(interpolated).toBeNull();
            else expect(swept.cost).toBeLessThanOrEqual(budget + 1e-9);
            for (const reading of [calibrated, swept]) {
              if (reading === null) continue;
              const outcome = applySetting(reported, { policy }, reading.setting);
              expect(reading).toMatchObject({ accuracy: outcome.accuracy, histogram: outcome.histogram });
            }
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  it('says null where nothing was calibrated', () => {
    const [predictions] = fc.sample(arbitraryPredictions, 1);
    const rows = budgetTable({ predictions: predictions!, budgets, costs: costsInMacs(predictions!, 1) });
    expect(rows.map((row) => row.calibrated)).toEqual([null, null, null, null]);
  });
});

import { InvalidInputError, type OperatingPoint } from '@ztw/core';
import { expect, test } from 'vitest';
import { policyForBudget } from './budget-policy.ts';

const point = (budget: number, threshold: number): OperatingPoint => ({
  budget,
  threshold,
  accuracy: 0.9,
  cost: budget,
});
const points = [point(0.5, 0.8), point(0.25, 0.6), point(1, 0.99)];

test.each([
  [0.25, 'confidenceThreshold(0.6)'],
  [0.49, 'confidenceThreshold(0.6)'],
  [0.5, 'confidenceThreshold(0.8)'],
  [7, 'confidenceThreshold(0.99)'],
])('a budget of %s takes the dearest point within it', (budget, name) => {
  expect(policyForBudget(points, budget).name).toBe(name);
});

test('says which budgets there are', () => {
  expect(() => policyForBudget(points, 0.1)).toThrow(InvalidInputError);
  expect(() => policyForBudget(points, 0.1)).toThrow(/0\.25, 0\.5, 1, all above 0\.1/);
  expect(() => policyForBudget([], 0.5)).toThrow(/no calibrated operating points/);
  expect(() => policyForBudget(points, Number.NaN)).toThrow(InvalidInputError);
});

import type { DeviceProfile, OperatingPoint } from '@ztw/core';
import { InvalidInputError } from '@ztw/core';
import { calibrateTimes, costsInMacs, predictionsFromLogits } from '@ztw/core/evaluation';
import { expect, test } from 'vitest';
import { operatingPointFor, operatingPointWithin, policyForBudget } from './policy-for-budget.ts';

const point = (budget: number, threshold: number, exitShares: readonly number[]): OperatingPoint => ({
  budget,
  policy: { kind: 'confidence', limit: threshold },
  accuracy: 0.9,
  cost: budget,
  exitShares,
});
const points = [point(0.5, 0.8, [0.5, 0.5]), point(0.25, 0.6, [1, 0]), point(1, 0.99, [0, 1])];
const stages = ['first', 'final'];
const profile: DeviceProfile = {
  format: 'ztw-device-profile',
  version: 1,
  model: 'small',
  device: 'here',
  stages,
  batches: [{ batchSize: 1, repeats: 3, stageMilliseconds: [2, 4], wholeMilliseconds: null }],
};

test.each([
  [0.25, 'confidenceThreshold(0.6)'],
  [0.49, 'confidenceThreshold(0.6)'],
  [0.5, 'confidenceThreshold(0.8)'],
  [7, 'confidenceThreshold(0.99)'],
])('a budget of %s takes the dearest point within it', (budget, name) => {
  expect(policyForBudget(points, budget, stages).name).toBe(name);
});

test('says which budgets there are', () => {
  expect(() => policyForBudget(points, 0.1, stages)).toThrow(InvalidInputError);
  expect(() => policyForBudget(points, 0.1, stages)).toThrow(/0\.25, 0\.5, 1, all above 0\.1/);
  expect(() => policyForBudget([], 0.5, stages)).toThrow(/calibrated operating points; this one has none/);
  expect(() => policyForBudget(points, Number.NaN, stages)).toThrow(InvalidInputError);
});

// Leaving costs 2 ms at the first exit and 6 ms at the last: the points cost 4, 2 and 6 ms.
test.each([
  [2, 0.6],
  [3.9, 0.6],
  [4, 0.8],
  [60, 0.99],
])('a budget of %s ms takes the dearest point within it', (milliseconds, threshold) => {
  expect(operatingPointFor(points, { milliseconds, profile, device: 'here' }, stages)).toMatchObject({
    policy: { kind: 'confidence', limit: threshold },
  });
});

test.each([
  [{ milliseconds: 1, profile }, /2\.00, 4\.00, 6\.00 ms per row/],
  [{ milliseconds: 9, profile, device: 'there' }, /this device, there; received one of here/],
  [{ milliseconds: 9, profile, batchSize: 8 }, /batches of 1; received 8/],
  [
    { milliseconds: 9, profile: { ...profile, stages: ['other', 'final'] } },
    /the stages first, final; received .* other, final/,
  ],
] as const)('refuses a time that cannot be kept or told: %#', (budget, message) => {
  expect(() => operatingPointFor(points, budget, stages)).toThrow(InvalidInputError);
  expect(() => operatingPointFor(points, budget, stages)).toThrow(message);
});

test('without exit shares there are no times', () => {
  const { exitShares: _, ...bare } = point(0.5, 0.8, []);
  expect(() => operatingPointFor([bare], { milliseconds: 9, profile }, stages)).toThrow(/Train it again/);
});

test('where none is within the budget, the quiet way says null', () => {
  expect(operatingPointWithin(points, 0.1, stages)).toBeNull();
  expect(operatingPointWithin([], { milliseconds: 9, profile }, stages)).toBeNull();
  expect(operatingPointWithin(points, { milliseconds: 4, profile }, stages)).toMatchObject({ policy: { limit: 0.8 } });
});

test('points that were chosen for times keep the times that they were chosen for', () => {
  const predictions = predictionsFromLogits({
    labels: new Int32Array(4),
    classes: 2,
    exitMacs: [10, 100],
    logits: [Float32Array.of(4, 0, 4, 0, 0, 0.1, 0, 0.1), Float32Array.of(4, 0, 4, 0, 4, 0, 4, 0)],
  });
  const timed = calibrateTimes({
    predictions,
    costs: costsInMacs(predictions, 100),
    times: { unit: 'milliseconds', perExit: [2, 4], whole: null },
    budgets: [2, 3],
  });
  const batches = [{ batchSize: 1, repeats: 1, stageMilliseconds: [2, 2], wholeMilliseconds: null }];
  expect(operatingPointFor(timed, { milliseconds: 3, profile: { ...profile, device: 'here', batches } }, stages)).toBe(
    timed[1],
  );
});

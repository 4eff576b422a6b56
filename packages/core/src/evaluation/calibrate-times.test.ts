import { expect, it } from 'vitest';
import { InvalidInputError } from '../errors/errors.ts';
import { type CalibrateTimesOptions, calibrateTimes } from './calibrate-times.ts';
import { costsInMacs, predictionsFromLogits } from './exit-predictions.ts';

/** Four rows of class 0: exit 0 is sure of two, exit 1 knows all. */
const predictions = predictionsFromLogits({
  labels: new Int32Array(4),
  classes: 2,
  exitMacs: [10, 100],
  logits: [Float32Array.of(4, 0, 4, 0, 0, 0.1, 0, 0.1), Float32Array.of(4, 0, 4, 0, 4, 0, 4, 0)],
});
const options: Omit<CalibrateTimesOptions, 'budgets'> = {
  predictions,
  costs: costsInMacs(predictions, 100),
  times: { unit: 'milliseconds', perExit: [2, 4], whole: null },
};

it('chooses the last threshold within each time, and says what it costs in MACs', () => {
  const points = calibrateTimes({ ...options, budgets: [1, 2, 3.5] });
  expect(points).toMatchObject([
    { budget: 0.1, cost: 0.1, accuracy: 0.5, exitShares: [1, 0] },
    { budget: 0.55, cost: 0.55, accuracy: 1, exitShares: [0.5, 0.5] },
  ]);
});

it('refuses a time that is none', () => {
  expect(() => calibrateTimes({ ...options, budgets: [-1] })).toThrow(InvalidInputError);
});

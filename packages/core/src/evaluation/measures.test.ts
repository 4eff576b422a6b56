import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryPredictions } from '../__fixtures__/arbitrary-predictions.ts';
import { InvalidInputError } from '../errors/errors.ts';
import { auroc } from './auroc.ts';
import { expectedCalibrationError, ksCalibrationError } from './calibration-error.ts';
import { exitAccuracies } from './exit-accuracy.ts';
import { predictionsFromLogits } from './exit-predictions.ts';
import { failurePredictionAurocs } from './failure-prediction.ts';
import { hindsightImprovability } from './hindsight-improvability.ts';
import { oracleBound } from './oracle-bound.ts';
import { outOfDistributionAurocs } from './out-of-distribution.ts';
import { patienceSweep, thresholdSweep } from './sweep.ts';
import { thresholdGrid } from './threshold-grid.ts';

/** Confident predictions of two classes: the class itself at each exit and row. */
const answering = (answers: readonly (readonly number[])[], labels: readonly number[]) =>
  predictionsFromLogits({
    logits: answers.map((row) => Float32Array.from(row.flatMap((answer) => [1 - answer, answer]))),
    labels: Int32Array.from(labels),
    classes: 2,
    exitMacs: answers.map((_, exitIndex) => 10 * (exitIndex + 1)),
  });

describe('auroc', () => {
  const scores = fc
    .array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 12 })
    .map((list) => Float32Array.from(list));

  it('is the share of pairs in the right order, ties counting half', () => {
    fc.assert(
      fc.property(scores, scores, (positives, negatives) => {
        let wins = 0;
        for (const high of positives) for (const low of negatives) wins += high > low ? 1 : high === low ? 0.5 : 0;
        expect(auroc(positives, negatives)).toBeCloseTo(wins / (positives.length * negatives.length), 12);
      }),
    );
  });

  it('is null where there is nothing to tell apart, and leaves its arguments alone', () => {
    const positives = Float32Array.of(3, 1, 2);
    expect(auroc(positives, new Float32Array())).toBeNull();
    expect(auroc(new Float32Array(), positives)).toBeNull();
    auroc(positives, positives);
    expect([...positives]).toEqual([3, 1, 2]);
  });

  it('refuses NaN', () => {
    expect(() => auroc(Float32Array.of(1, Number.NaN), Float32Array.of(1))).toThrow(InvalidInputError);
  });
});

describe('expectedCalibrationError', () => {
  it('weighs the gap of each bin by its rows', () => {
    // Bin (0.5, 1]: 3 rows, mean confidence 0.8, 2 right. Bin (0, 0.5]: 1 row, confidence 0.5, wrong.
    const error = expectedCalibrationError(Float32Array.of(0.75, 0.75, 0.9, 0.5), Uint8Array.of(1, 1, 0, 0), 2);
    expect(error).toBeCloseTo((3 / 4) * Math.abs(2 / 3 - 0.8) + (1 / 4) * 0.5, 7);
  });

  it('is 0 where confidence 1 is always right, and 1 where it is always wrong', () => {
    expect(expectedCalibrationError(Float32Array.of(1, 1), Uint8Array.of(1, 1))).toBe(0);
    expect(expectedCalibrationError(Float32Array.of(1, 1), Uint8Array.of(0, 0))).toBe(1);
  });
});

describe('ksCalibrationError', () => {
  it('is 0 for certain and right, and the error rate for certain and wrong', () => {
    expect(ksCalibrationError(Float32Array.of(1, 0, 0, 1), Int32Array.of(0, 1), 2)).toBe(0);
    expect(ksCalibrationError(Float32Array.of(1, 0, 0, 1), Int32Array.of(1, 1), 2)).toBe(0.5);
  });
});

describe('hindsightImprovability', () => {
  it('is the share of errors that an earlier exit had right', () => {
    const labels = [1, 1, 1, 1];
    const predictions = answering(
      [
        [1, 0, 0, 1],
        [0, 0, 1, 1],
        [0, 0, 0, 0],
        [1, 1, 1, 1],
      ],
      labels,
    );
    expect(hindsightImprovability(predictions)).toEqual([0, 1 / 2, 3 / 4, 0]);
    expect(exitAccuracies(predictions)).toEqual([0.5, 0.5, 0, 1]);
  });
});

describe('failurePredictionAurocs', () => {
  it('is null for an exit that is always right, 1 where the wrong answers are the unsure ones', () => {
    const predictions = predictionsFromLogits({
      logits: [Float32Array.of(0, 5, 0, 5, 1, 0), Float32Array.of(0, 1, 0, 1, 0, 1)],
      labels: Int32Array.of(1, 1, 1),
      classes: 2,
      exitMacs: [1, 2],
    });
    expect(failurePredictionAurocs(predictions)).toEqual([1, null]);
  });
});

describe('outOfDistributionAurocs', () => {
  it('refuses predictions of different exits', () => {
    const known = answering([[1], [1]], [1]);
    expect(() => outOfDistributionAurocs(known, answering([[1]], [1]))).toThrow(InvalidInputError);
  });
});

describe('oracleBound', () => {
  it('leaves at the first right exit, and at the first of all where none is right', () => {
    const oracle = oracleBound(
      answering(
        [
          [0, 1, 0],
          [1, 0, 0],
          [1, 1, 0],
        ],
        [1, 1, 1],
      ),
    );
    expect([...oracle.exits]).toEqual([1, 0, 0]);
    expect(oracle).toMatchObject({ accuracy: 2 / 3, macs: 40 / 3, histogram: [2, 1, 0] });
  });

  it('is beaten by no setting of any rule', () => {
    fc.assert(
      fc.property(arbitraryPredictions, (predictions) => {
        const oracle = oracleBound(predictions);
        const points = [...thresholdSweep(predictions), ...patienceSweep(predictions)];
        expect(Math.max(...points.map((point) => point.accuracy))).toBeLessThanOrEqual(oracle.accuracy);
        const asAccurate = points.filter((point) => point.accuracy === oracle.accuracy).map((point) => point.macs);
        expect(Math.min(...asAccurate)).toBeGreaterThanOrEqual(oracle.macs - 1e-9);
      }),
    );
  });
});

describe('thresholdGrid', () => {
  it.each([2, 7, 11, 101, 1001])('rises from 0 to 1 in %i steps, within float32 of even', (count) => {
    const grid = thresholdGrid(count);
    expect(grid).toHaveLength(count);
    expect([grid[0], grid.at(-1)]).toEqual([0, 1]);
    grid.forEach((threshold, index) => {
      expect(Math.abs(threshold - index / (count - 1))).toBeLessThan(2e-7);
      if (index > 0) expect(threshold).toBeGreaterThan(grid[index - 1]!);
    });
  });

  it.each([0, 1, 2.5, Number.NaN])('refuses %d', (count) => {
    expect(() => thresholdGrid(count)).toThrow(InvalidInputError);
  });
});

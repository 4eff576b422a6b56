import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryPredictions } from '../__fixtures__/arbitrary-predictions.ts';
import { InvalidInputError } from '../errors/errors.ts';
import { confidenceThreshold } from '../policy/confidence-threshold.ts';
import { patience } from '../policy/patience.ts';
import { applyRule } from './exit-outcome.ts';
import { type ExitPredictions, predictionsFromLogits } from './exit-predictions.ts';
import { patienceRule, thresholdRule } from './exit-rule.ts';
import { simulatePolicy } from './simulate-policy.ts';
import { patienceSweep, sweep, thresholdSweep } from './sweep.ts';

const comparison = fc.constantFrom('>', '>=');
const fallback = fc.constantFrom('last', 'most-confident');

/** Thresholds that hit confidences exactly, and some that do not. */
const thresholdsFor = (predictions: ExitPredictions): Float32Array =>
  Float32Array.from([0, 0.3, 0.5, 0.9, 1, ...predictions.confidences.flatMap((values) => [...values])]).sort();

/** One row of two classes whose confidences at three exits are given; the answer is right at the exits named. */
function oneRow(confidences: readonly number[], rightAt: readonly number[]): ExitPredictions {
  return predictionsFromLogits({
    logits: confidences.map((confidence, exitIndex) => {
      const logit = Math.log(confidence / (1 - confidence));
      return rightAt.includes(exitIndex) ? Float32Array.of(logit, 0) : Float32Array.of(0, logit);
    }),
    labels: Int32Array.of(0),
    classes: 2,
    exitMacs: [10, 20, 30],
  });
}

describe('a sweep', () => {
  it('gives at every threshold what that threshold alone gives, under every comparison and fallback', () => {
    fc.assert(
      fc.property(arbitraryPredictions, comparison, fallback, (predictions, comparison, fallback) => {
        const rule = thresholdRule({ comparison, fallback });
        for (const point of sweep(predictions, rule, thresholdsFor(predictions))) {
          const { accuracy, macs } = applyRule(predictions, rule, point.setting);
          expect(point.accuracy).toBe(accuracy);
          expect(point.macs).toBeCloseTo(macs, 9);
        }
      }),
    );
  });

  it('and that is where the policies leave that a live run uses', () => {
    fc.assert(
      fc.property(arbitraryPredictions, comparison, fallback, (predictions, comparison, fallback) => {
        for (const threshold of thresholdsFor(predictions)) {
          const expected = applyRule(predictions, thresholdRule({ comparison, fallback }), threshold);
          const policy = confidenceThreshold(threshold, { comparison });
          expect(simulatePolicy(predictions, policy, { fallback })).toEqual(expected);
        }
        for (let exits = 0; exits <= predictions.exitMacs.length; exits++) {
          expect(simulatePolicy(predictions, patience(exits))).toEqual(applyRule(predictions, patienceRule(), exits));
        }
      }),
    );
  });

  it('never gets cheaper as the threshold or the patience rises', () => {
    fc.assert(
      fc.property(arbitraryPredictions, (predictions) => {
        for (const curve of [thresholdSweep(predictions), patienceSweep(predictions)]) {
          const steps = curve.map((point, index) => point.macs - (curve[index - 1]?.macs ?? 0));
          expect(Math.min(...steps)).toBeGreaterThanOrEqual(-1e-9);
        }
      }),
    );
  });

  it('sends everything to the end at a threshold of 1, and to the first exit below every confidence', () => {
    fc.assert(
      fc.property(arbitraryPredictions, (predictions) => {
        const curve = thresholdSweep(predictions);
        expect(curve.at(-1)!.macs).toBeCloseTo(predictions.exitMacs.at(-1)!, 9);
        expect(curve[0]!.macs).toBeCloseTo(predictions.exitMacs[0]!, 9);
      }),
    );
  });

  it('tells > from >= at equality', () => {
    const predictions = oneRow([0.5, 0.75, 0.75], [0, 1, 2]);
    const threshold = predictions.confidences[1]![0]!;
    const macsOf = (comparison: '>' | '>=') =>
      thresholdSweep(predictions, { thresholds: [threshold], comparison })[0]!.macs;
    expect(macsOf('>')).toBe(30);
    expect(macsOf('>=')).toBe(20);
  });

  it('falls back as the SDN code of 2019: the most confident exit answers, the last one is paid for', () => {
    const predictions = oneRow([0.6, 0.8, 0.7], [1]);
    const settings = { thresholds: [0.65, 0.95] };
    const [low, high] = thresholdSweep(predictions, { ...settings, fallback: 'most-confident' });
    expect(low).toMatchObject({ accuracy: 1, macs: 20 });
    expect(high).toMatchObject({ accuracy: 1, macs: 30 });
    expect(thresholdSweep(predictions, settings)[1]).toMatchObject({ accuracy: 0, macs: 30 });
  });

  it.each([[[0.5, 0.4]], [[0.5, Number.NaN]], [[Number.NaN]]])(
    'refuses settings %j, which are not ascending',
    (thresholds) => {
      expect(() => thresholdSweep(oneRow([0.6, 0.8, 0.7], [1]), { thresholds })).toThrow(InvalidInputError);
    },
  );
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryPredictions } from '../__fixtures__/arbitrary-predictions.ts';
import type { ExitCosts } from '../costs/exit-costs.ts';
import { InvalidInputError } from '../errors/errors.ts';
import { confidenceThreshold } from '../policy/confidence-threshold.ts';
import { policyKinds } from '../policy/policy-kinds.ts';
import { applySetting } from './exit-outcome.ts';
import { type ExitPredictions, predictionsFromLogits } from './exit-predictions.ts';
import { simulatePolicy } from './simulate-policy.ts';
import { sweep, thresholdSweep } from './sweep.ts';
import { policyAt, settingsOf } from './swept-policy.ts';

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
        const swept = { comparison, fallback };
        for (const point of sweep(predictions, { ...swept, settings: thresholdsFor(predictions) })) {
          const { accuracy, macs } = applySetting(predictions, swept, point.setting);
          expect(point.accuracy).toBe(accuracy);
          expect(point.cost).toBeCloseTo(macs, 9);
        }
      }),
    );
  });

  it('and that is where the policies leave that a live run uses', () => {
    fc.assert(
      fc.property(arbitraryPredictions, comparison, fallback, (predictions, comparison, fallback) => {
        for (const threshold of thresholdsFor(predictions)) {
          const expected = applySetting(predictions, { comparison, fallback }, threshold);
          const policy = confidenceThreshold(threshold, { comparison });
          expect(simulatePolicy(predictions, policy, { fallback })).toEqual(expected);
        }
        for (const policy of Object.values(policyKinds)) {
          const settings = Array.from(settingsOf({ policy }, predictions));
          for (const setting of settings.filter((_, index) => index % 100 < 5)) {
            const outcome = applySetting(predictions, { policy, fallback }, setting);
            expect(simulatePolicy(predictions, policyAt({ policy }, setting), { fallback })).toEqual(outcome);
          }
        }
      }),
    );
  });

  it('never gets cheaper as the setting gets stricter, for any kind of policy', () => {
    fc.assert(
      fc.property(arbitraryPredictions, (predictions) => {
        for (const policy of Object.values(policyKinds)) {
          const curve = sweep(predictions, { policy });
          const steps = curve.map((point, index) => point.cost - (curve[index - 1]?.cost ?? 0));
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

  it('of a score whose small values are sure takes its settings in falling order', () => {
    const predictions = oneRow([0.5, 0.75, 0.75], [0, 1, 2]);
    const [loose, strict] = sweep(predictions, { policy: policyKinds.entropy, settings: [0.7, 0.6] });
    expect(loose).toMatchObject({ setting: 0.7, cost: 10 });
    expect(strict).toMatchObject({ setting: 0.6, cost: 20 });
    expect(() => sweep(predictions, { policy: policyKinds.entropy, settings: [0.6, 0.7] })).toThrow(/descending/);
  });

  it('starts where every row leaves at once and ends where none does, by entropy', () => {
    fc.assert(
      fc.property(arbitraryPredictions, (predictions) => {
        const curve = sweep(predictions, { policy: policyKinds.entropy });
        expect(curve[0]!.cost).toBeCloseTo(predictions.exitMacs[0]!, 9);
        expect(curve.at(-1)!.cost).toBeCloseTo(predictions.exitMacs.at(-1)!, 9);
      }),
    );
  });

  it('counts in whatever costs it is given', () => {
    const predictions = oneRow([0.6, 0.8, 0.7], [1]);
    const costs: ExitCosts = { unit: 'milliseconds', perExit: [1, 2.5, 4], whole: null };
    const [point] = sweep(predictions, { settings: [0.65], costs });
    expect(point).toEqual({ setting: 0.65, accuracy: 1, cost: 2.5 });
    expect(() => sweep(predictions, { costs: { ...costs, perExit: [1] } })).toThrow(/Expected 3 costs.* received 1/);
  });
});

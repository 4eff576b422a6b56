import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryPredictions } from '../__fixtures__/arbitrary-predictions.ts';
import type { ExitCosts } from '../costs/exit-costs.ts';
import { InvalidInputError } from '../errors/errors.ts';
import { policyKinds } from '../policy/policy-kinds.ts';
import { costsInMacs, type ExitPredictions } from './exit-predictions.ts';
import { createEvaluationReport, policyKindOfRule, reportMethod } from './report.ts';
import { thresholdSweep } from './sweep.ts';

const namesOf = (predictions: ExitPredictions) => predictions.exitMacs.map((_, exitIndex) => `block.${exitIndex}`);

describe('reportMethod', () => {
  it('survives JSON unchanged, whatever the predictions', () => {
    fc.assert(
      fc.property(arbitraryPredictions, fc.constantFrom(...Object.values(policyKinds)), (predictions, policy) => {
        const method = reportMethod({
          name: 'method',
          policy,
          predictions,
          exitNames: namesOf(predictions),
          costs: costsInMacs(predictions, 100),
          budgets: [0.25, 1],
          chosen: [{ budget: 1, setting: 0.5 }],
          foreign: predictions,
        });
        const report = createEvaluationReport({
          title: 'Arbitrary',
          rows: predictions.rows,
          classes: predictions.classes,
          labels: null,
          references: [{ name: 'whole', accuracy: 0.9, macs: 100 }],
          methods: [method],
          skipped: [],
          provenance: { seed: 1 },
        });
        expect(JSON.parse(JSON.stringify(report))).toEqual(report);
        expect(policyKindOfRule(method.rule)).toBe(policy);
        expect(method.exits).toHaveLength(predictions.exitMacs.length);
        expect(method.exits.every((exit) => exit.outOfDistributionAuroc === 0.5)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('says times where it was given what exits take', () => {
    const [predictions] = fc.sample(arbitraryPredictions, 1) as [ExitPredictions];
    const exitMilliseconds = predictions.exitMacs.map((_, exit) => exit + 1);
    const costs: ExitCosts = { unit: 'milliseconds', perExit: exitMilliseconds, whole: null };
    const options = {
      name: 'm',
      predictions,
      exitNames: namesOf(predictions),
      costs: costsInMacs(predictions, 100),
      budgets: [],
    };
    const method = reportMethod({
      ...options,
      times: { device: 'here', batchSize: 1, costs, budgets: [exitMilliseconds.length] },
    });
    expect(method.times).toMatchObject({
      device: 'here',
      batchSize: 1,
      exitMilliseconds,
      wholeMilliseconds: null,
    });
    expect(method.times?.budgets).toMatchObject([{ budgetMilliseconds: exitMilliseconds.length, calibrated: null }]);
    expect(reportMethod(options)).not.toHaveProperty('times');
  });

  it('keeps the shape of the curve and leaves out settings that change nothing', () => {
    fc.assert(
      fc.property(arbitraryPredictions, (predictions) => {
        const options = { name: 'm', predictions, exitNames: namesOf(predictions), budgets: [] };
        const { curve } = reportMethod({ ...options, costs: costsInMacs(predictions, 200) });
        const key = (accuracy: number, cost: number) => `${accuracy} ${cost.toFixed(9)}`;
        const whole = thresholdSweep(predictions).map((point) => key(point.accuracy, point.macs / 200));
        expect(new Set(curve.map((point) => key(point.accuracy, point.cost)))).toEqual(new Set(whole));
        expect(curve.length).toBeLessThanOrEqual(predictions.rows * predictions.exitMacs.length * 2 + 1);
      }),
      { numRuns: 50 },
    );
  });

  it('refuses a wrong number of exit names', () => {
    const [predictions] = fc.sample(arbitraryPredictions, 1);
    const costs = costsInMacs(predictions!, 1);
    const options = { name: 'm', predictions: predictions!, costs, budgets: [] };
    expect(() => reportMethod({ ...options, exitNames: [] })).toThrow(InvalidInputError);
  });
});

// What every kind of policy must do: the same live and over stored predictions, and the same again after it was stored.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { predictionsOfTheLoop } from '../__fixtures__/predictions-of-the-loop.ts';
import type { ExitPolicy } from '../contract/exit-policy.ts';
import { calibrate } from '../evaluation/calibrate.ts';
import { applySetting } from '../evaluation/exit-outcome.ts';
import { costsInMacs } from '../evaluation/exit-predictions.ts';
import { simulatePolicy } from '../evaluation/simulate-policy.ts';
import { policyAt, settingsOf } from '../evaluation/swept-policy.ts';
import { classify } from '../inference/classify.ts';
import { runAllExits } from '../inference/run-all-exits.ts';
import { referenceModel } from '../testing/reference-model.ts';
import { seededNetwork } from '../testing/seeded-network.ts';
import { seededValues } from '../testing/seeded-values.ts';
import { type PolicyKind, policyOfKind } from './policy-kind.ts';
import { graphKind, policyKinds, singleLimit } from './policy-kinds.ts';
import { policyFromSpecification } from './policy-specification.ts';
import { parsePolicy, policyText } from './policy-text.ts';

const classes = 3;
const rows = 10;

async function seeded(seed: number) {
  const model = referenceModel(seededNetwork({ seed, classes }));
  const input = { rows, data: seededValues(seed + 1, rows * 72, 1.5) };
  const predictions = predictionsOfTheLoop(await runAllExits(model, input), classes);
  const live = async (policy: ExitPolicy, batchSize: number): Promise<number[]> =>
    (await classify(model, input, { policy, batchSize })).results.map(({ exitIndex }) => exitIndex);
  return { predictions, live };
}

/** Some of the kind's own settings. */
const settingsFor = (policy: PolicyKind, exitCount: number): number[] => {
  const all = Array.from(policy.settings({ exitCount, classes }));
  return all.filter((_, index) => index % Math.ceil(all.length / 12) === 0);
};

describe.each(Object.entries(policyKinds))('%s', (name, policy) => {
  it('is found by its name', () => {
    expect(policy.kind).toBe(name);
  });

  it('leaves live where its sweep says, whatever the batches', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 1000 }),
        fc.integer({ min: 1, max: rows }),
        async (seed, batchSize) => {
          const { predictions, live } = await seeded(seed);
          for (const setting of settingsFor(policy, predictions.answers.length)) {
            const offline = applySetting(predictions, { policy }, setting);
            expect(await live(policyAt({ policy }, setting), batchSize)).toEqual([...offline.exits]);
          }
        },
      ),
      { numRuns: 15 },
    );
  });

  it('takes one limit per exit, live as in the simulation', async () => {
    const { predictions, live } = await seeded(7);
    const exitCount = predictions.answers.length;
    const settings = settingsFor(policy, exitCount);
    const limits = Array.from({ length: exitCount - 1 }, (_, exit) => settings[(3 * exit + 1) % settings.length]!);
    const perExit = policyOfKind(policy, limits);
    expect(await live(perExit, 4)).toEqual([...simulatePolicy(predictions, perExit).exits]);
    expect(singleLimit(perExit.specification!)).toBeNull();
  });

  it('is calibrated into points that a live run keeps', async () => {
    const { predictions, live } = await seeded(3);
    const whole = predictions.exitMacs.at(-1)!;
    const points = calibrate({ predictions, policy, budgets: [0.5, 0.8, 1], costs: costsInMacs(predictions, whole) });
    expect(points.length).toBeGreaterThan(0);
    for (const { policy: stored, exitShares, cost, budget } of points) {
      const exits = await live(policyFromSpecification(JSON.parse(JSON.stringify(stored))), 3);
      expect(exitShares).toEqual(predictions.answers.map((_, at) => exits.filter((exit) => exit === at).length / rows));
      expect(cost).toBeLessThanOrEqual(budget + 1e-9);
      expect(singleLimit(stored)?.kind).toBe(policy);
    }
  });

  it('is the same policy after it was written as JSON or as text', () => {
    for (const comparison of policy.comparisons) {
      for (const limit of [settingsFor(policy, 4)[1]!, settingsFor(policy, 4).slice(0, 3), [1]]) {
        const original = policyOfKind(policy, limit, comparison);
        const specification = original.specification!;
        const again = policyFromSpecification(JSON.parse(JSON.stringify(specification)));
        expect([again.name, again.specification]).toEqual([original.name, specification]);
        expect(parsePolicy(policyText(specification)).specification).toEqual(specification);
      }
    }
  });

  it('says whether a single file can run it', () => {
    const limits = policyOfKind(policy, [1, 1]);
    expect(graphKind(limits.specification)).toBe(policy.graphScore === null ? null : policy);
  });

  it('sweeps settings that are limits', () => {
    const { predictions } = { predictions: predictionsOfTheLoop([new Float32Array(classes)], classes) };
    for (const setting of Array.from(settingsOf({ policy }, predictions)).slice(0, 3)) {
      expect(policyAt({ policy }, setting).name).toBe(`${policy.factory}(${setting})`);
    }
  });
});

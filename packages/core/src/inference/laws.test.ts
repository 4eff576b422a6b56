// Laws of the loop, on random predictions and random networks.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { predictionsOfTheLoop } from '../__fixtures__/predictions-of-the-loop.ts';
import type { ExitPolicy } from '../contract/exit-policy.ts';
import { simulatePolicy } from '../evaluation/simulate-policy.ts';
import { softmax } from '../numeric/softmax.ts';
import { allOf, anyOf } from '../policy/combined-policy.ts';
import { confidenceThreshold } from '../policy/confidence-threshold.ts';
import { entropyThreshold } from '../policy/entropy-threshold.ts';
import { marginThreshold } from '../policy/margin-threshold.ts';
import { never } from '../policy/never.ts';
import { patience } from '../policy/patience.ts';
import { referenceModel } from '../testing/reference-model.ts';
import { replayModel, rowNumbers } from '../testing/replay-model.ts';
import { seededNetwork } from '../testing/seeded-network.ts';
import { seededValues } from '../testing/seeded-values.ts';
import { classify } from './classify.ts';
import { runAllExits } from './run-all-exits.ts';

const classes = 3;

/** Stored logits of 1 to 5 exits for 1 to 12 rows. */
const storedExits = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 12 })).chain(([exits, rows]) => {
  const values = { minLength: rows * classes, maxLength: rows * classes, min: -6, max: 6, noNaN: true };
  return fc.array(fc.float32Array(values), { minLength: exits, maxLength: exits }).map((logits) => ({ rows, logits }));
});

const limit = fc.double({ min: 0, max: 1, noNaN: true });

const simplePolicy: fc.Arbitrary<ExitPolicy> = fc.oneof(
  limit.map((threshold) => confidenceThreshold(threshold)),
  limit.map((threshold) => confidenceThreshold(threshold, { comparison: '>=' })),
  limit.map((threshold) => entropyThreshold(threshold)),
  limit.map((margin) => marginThreshold(margin)),
  fc.integer({ min: 0, max: 4 }).map((exits) => patience(exits)),
  fc.constant(never()),
);

const anyPolicy: fc.Arbitrary<ExitPolicy> = fc.oneof(
  simplePolicy,
  fc.array(simplePolicy, { minLength: 1, maxLength: 3 }).map((policies) => anyOf(...policies)),
  fc.array(simplePolicy, { minLength: 1, maxLength: 3 }).map((policies) => allOf(...policies)),
);

async function liveExits(logits: readonly Float32Array[], rows: number, policy: ExitPolicy, batchSize: number) {
  const model = replayModel({ classes, exits: logits });
  const classification = await classify(model, rowNumbers(rows), { policy, batchSize });
  expect(model.liveFeatures).toBe(0);
  return classification.results;
}

describe('laws', () => {
  it('every row answers once, in the order of the input, with its own prediction', async () => {
    await fc.assert(
      fc.asyncProperty(
        storedExits,
        anyPolicy,
        fc.integer({ min: 1, max: 5 }),
        async ({ rows, logits }, policy, batch) => {
          const results = await liveExits(logits, rows, policy, batch);
          expect(results.map((result) => result.row)).toEqual(Array.from({ length: rows }, (_, row) => row));
          for (const { row, exitIndex, probabilities } of results) {
            const stored = softmax(logits[exitIndex] as Float32Array, classes).slice(
              row * classes,
              (row + 1) * classes,
            );
            // Through a logarithm and back, in float32.
            for (const [label, value] of stored.entries()) expect(probabilities[label]).toBeCloseTo(value, 6);
          }
        },
      ),
    );
  });

  it('a live run leaves where a row on its own would leave, by every policy', async () => {
    await fc.assert(
      fc.asyncProperty(storedExits, anyPolicy, async ({ rows, logits }, policy) => {
        const together = await liveExits(logits, rows, policy, rows);
        const alone = await liveExits(logits, rows, policy, 1);
        expect(together).toEqual(alone);
      }),
    );
  });

  it('a higher threshold never leaves earlier', async () => {
    await fc.assert(
      fc.asyncProperty(storedExits, limit, limit, async ({ rows, logits }, one, other) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        for (const policyAt of [confidenceThreshold, marginThreshold]) {
          const early = await liveExits(logits, rows, policyAt(low), rows);
          const late = await liveExits(logits, rows, policyAt(high), rows);
          late.forEach((result, row) => {
            expect(result.exitIndex).toBeGreaterThanOrEqual(early[row]?.exitIndex as number);
          });
        }
      }),
    );
  });

  it('more patience never leaves earlier', async () => {
    await fc.assert(
      fc.asyncProperty(storedExits, fc.integer({ min: 0, max: 4 }), async ({ rows, logits }, exits) => {
        const early = await liveExits(logits, rows, patience(exits), rows);
        const late = await liveExits(logits, rows, patience(exits + 1), rows);
        late.forEach((result, row) => {
          expect(result.exitIndex).toBeGreaterThanOrEqual(early[row]?.exitIndex as number);
        });
      }),
    );
  });

  it('a threshold of 1 sends every row to the end', async () => {
    await fc.assert(
      fc.asyncProperty(storedExits, async ({ rows, logits }) => {
        // Logits far apart: probabilities that round to 1.
        const certain = logits.map((values) => values.map((value) => value * 100));
        const results = await liveExits(certain, rows, confidenceThreshold(1), rows);
        for (const { exitIndex } of results) expect(exitIndex).toBe(logits.length - 1);
      }),
    );
  });

  it('a live run of a network equals the simulation on its stored logits, by both fallbacks', async () => {
    const seed = fc.integer({ min: 1, max: 1000 });
    const batchSize = fc.integer({ min: 1, max: 10 });
    const fallback = fc.constantFrom('last', 'most-confident');
    await fc.assert(
      fc.asyncProperty(seed, anyPolicy, batchSize, fallback, async (seed, policy, batchSize, fallback) => {
        const model = referenceModel(seededNetwork({ seed, classes }));
        const rows = 10;
        const input = { rows, data: seededValues(seed + 1, rows * 72, 1.5) };
        const live = await classify(model, input, { policy, batchSize, fallback });

        const offline = simulatePolicy(predictionsOfTheLoop(await runAllExits(model, input), classes), policy, {
          fallback,
        });
        expect(live.results.map((result) => result.exitIndex)).toEqual([...offline.exits]);
        expect(live.results.map((result) => result.answerExitIndex)).toEqual([...offline.answeredBy]);
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ExitPrices } from '../costs/exit-costs.ts';
import { InvalidInputError } from '../errors/errors.ts';
import { predictionsFromLogits } from './exit-predictions.ts';
import { type PruneExitsOptions, pruneExits } from './prune-exits.ts';

/** Eight rows of class 0. Exit 0 is sure of four of them, exit 1 of nothing new, exit 2 answers all. */
const labels = new Int32Array(8);
const sure = [4, 0];
const unsure = [0.1, 0];
const predictions = predictionsFromLogits({
  labels,
  classes: 2,
  exitMacs: [1, 2, 3],
  logits: [
    Float32Array.from([...Array(4).fill(sure), ...Array(4).fill(unsure)].flat()),
    Float32Array.from([...Array(4).fill(sure), ...Array(4).fill(unsure)].flat()),
    Float32Array.from(Array(8).fill(sure).flat()),
  ],
});
/** The unsure rows would be wrong before the end. */
const demanding = {
  ...predictions,
  answers: predictions.answers.map((answers, exit) =>
    answers.map((answer, row) => (exit < 2 && row >= 4 ? 1 : answer)),
  ),
};
const prices: ExitPrices = { unit: 'macs', segments: [10, 10, 10], heads: [2, 2, 0], whole: 30 };
const options: PruneExitsOptions = { predictions: demanding, prices };

describe('pruning exits', () => {
  it('drops an exit where nobody leaves, and keeps one that saves', () => {
    const pruned = pruneExits(options);
    expect(pruned).toMatchObject({
      kept: [0, 2],
      dropped: [{ exit: 1, costWith: 23, costWithout: 22 }],
      accuracy: 1,
      best: { kind: 'early-exit' },
    });
    // Four rows at 10 + 2, four at 30 + 2; with all exits the latter pay 2 more.
    expect(pruned.cost).toBe(22);
    expect(pruned.costOfAll).toBe(23);
  });

  it('says when the whole network is better', () => {
    const pruned = pruneExits({ ...options, prices: { ...prices, heads: [25, 25, 0] } });
    expect(pruned).toMatchObject({ kept: [2], cost: 30, best: { kind: 'whole-network' } });
    // Staging itself costs: measured times need not add up to the uncut network's.
    expect(pruneExits({ ...options, prices: { ...prices, whole: 20 } }).best).toEqual({ kind: 'whole-network' });
  });

  it('says when another network is better, if it is right as often', () => {
    const small = { name: 'small', accuracy: 1, cost: 15 };
    expect(pruneExits({ ...options, alternatives: [small] }).best).toEqual({ kind: 'alternative', name: 'small' });
    const worse = { ...small, accuracy: 0.9 };
    expect(pruneExits({ ...options, alternatives: [worse] }).best).toEqual({ kind: 'early-exit' });
  });

  it('never makes it dearer, whatever the costs', () => {
    const cost = fc.double({ min: 0, max: 50, noNaN: true });
    const three = fc.array(cost, { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(three, three, fc.constantFrom(0.5, 1), (segments, heads, accuracy) => {
        const pruned = pruneExits({ ...options, prices: { ...prices, segments, heads }, accuracy });
        expect(pruned.cost).toBeLessThanOrEqual((pruned.costOfAll ?? Number.NaN) + 1e-9);
        expect(pruned.accuracy).toBeGreaterThanOrEqual(accuracy);
        expect([...pruned.kept, ...pruned.dropped.map(({ exit }) => exit)].sort()).toEqual([0, 1, 2]);
        expect(pruned.kept).toContain(2);
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    { prices: { ...prices, segments: [1, 2] } },
    { prices: { ...prices, heads: [1, -1, 0] } },
    { accuracy: 1.1 },
  ])('refuses %o', (change) => {
    expect(() => pruneExits({ ...options, ...change })).toThrow(InvalidInputError);
  });
});

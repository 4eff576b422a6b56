import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../errors/errors.ts';
import { bestAssignment } from './best-assignment.ts';
import { classAgreement, confusionMatrix } from './class-agreement.ts';
import { wilsonInterval } from './wilson-interval.ts';

describe('wilsonInterval', () => {
  it('gives the values of the literature', () => {
    // R. G. Newcombe, Statistics in Medicine 17 (1998), table I, method 3: four decimals are printed there.
    for (const [successes, rows, low, high] of [
      [81, 263, 0.2553, 0.3662],
      [15, 148, 0.0624, 0.1605],
      [0, 20, 0, 0.1611],
      [1, 29, 0.0061, 0.1718],
    ] as const) {
      const interval = wilsonInterval(successes, rows);
      expect(interval.low).toBeCloseTo(low, 4);
      expect(interval.high).toBeCloseTo(high, 4);
    }
  });

  it('holds the share, stays in 0..1 and mirrors', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.double({ min: 0, max: 1, noNaN: true }), (rows, part) => {
        const successes = Math.round(rows * part);
        const { low, high } = wilsonInterval(successes, rows);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual(successes / rows);
        expect(high).toBeGreaterThanOrEqual(successes / rows);
        expect(wilsonInterval(rows - successes, rows).low).toBeCloseTo(1 - high, 12);
      }),
    );
  });

  it.each([
    [1, 0],
    [-1, 5],
    [6, 5],
    [0.5, 5],
  ])('refuses %d of %d', (successes, rows) => {
    expect(() => wilsonInterval(successes, rows)).toThrow(InvalidInputError);
  });
});

describe('bestAssignment', () => {
  const total = (scores: Float64Array, size: number, columns: ArrayLike<number>): number =>
    Array.from(columns).reduce((sum, column, row) => sum + (scores[row * size + column] as number), 0);

  function permutations(values: readonly number[]): number[][] {
    if (values.length < 2) return [[...values]];
    return values.flatMap((value) =>
      permutations(values.filter((other) => other !== value)).map((rest) => [value, ...rest]),
    );
  }

  it('is a permutation, and none of all has a larger sum', () => {
    const matrices = fc.integer({ min: 1, max: 6 }).chain((size) =>
      fc.record({
        size: fc.constant(size),
        scores: fc.array(fc.integer({ min: -20, max: 20 }), { minLength: size * size, maxLength: size * size }),
      }),
    );
    fc.assert(
      fc.property(matrices, ({ size, scores }) => {
        const values = Float64Array.from(scores);
        const columns = bestAssignment(values, size);
        expect([...columns].sort((a, b) => a - b)).toEqual([...Array(size).keys()]);
        const best = Math.max(...permutations([...Array(size).keys()]).map((other) => total(values, size, other)));
        expect(total(values, size, columns)).toBe(best);
      }),
    );
  });

  it('finds a hidden permutation of many classes', () => {
    const size = 300;
    const hidden = Array.from({ length: size }, (_, row) => (row * 7 + 11) % size);
    const scores = Float64Array.from({ length: size * size }, (_, cell) => (cell * 31) % 5);
    for (const [row, column] of hidden.entries()) scores[row * size + column] = 50;
    expect([...bestAssignment(scores, size)]).toEqual(hidden);
  });

  it('refuses what is no square of numbers', () => {
    expect(() => bestAssignment(new Float64Array(5), 2)).toThrow(/2 x 2 .* received 5/);
    expect(() => bestAssignment(Float64Array.of(1, Number.NaN, 0, 1), 2)).toThrow(/not finite/);
  });
});

/** Labels in turn, and answers of which every `wrongEvery`-th is the class after the right one. */
function answered(rows: number, classes: number, outputOf: (label: number) => number, wrongEvery = 10) {
  const labels = Int32Array.from({ length: rows }, (_, row) => row % classes);
  const answers = labels.map((label, row) => outputOf(row % wrongEvery === 3 ? (label + 1) % classes : label));
  return { labels, answers, classes };
}

describe('classAgreement', () => {
  const alphabetical = [3, 9, 6, 5, 4, 7, 1, 8, 0, 2];
  const shuffled = (label: number): number => alphabetical[label] as number;

  it('measures a good classifier, and finds nothing to permute', () => {
    const agreement = classAgreement(answered(1000, 10, (label) => label, 7));
    expect(agreement).toMatchObject({ rows: 1000, nearChance: false, chance: 0.1 });
    expect(agreement.accuracy).toBeCloseTo(6 / 7, 2);
    expect([...agreement.best.labelOfOutput]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(agreement.best).toMatchObject({ accuracy: agreement.accuracy, isFarBetter: false });
    expect(agreement.best.crossFitted.right).toBe(agreement.right);
  });

  it.each([1000, 20])('finds classes in another order, with %d rows', (rows) => {
    const { best } = classAgreement(answered(rows, 10, shuffled, 7));
    expect(best.isFarBetter).toBe(true);
    expect(best.labelOfOutput.map((label) => shuffled(label))).toEqual([...Array(10).keys()]);
  });

  it('finds two classes of ten that changed places', () => {
    const { best, nearChance } = classAgreement(answered(400, 10, (label) => [1, 0][label] ?? label, 7));
    expect(nearChance).toBe(false);
    expect(best.isFarBetter).toBe(true);
    expect([...best.labelOfOutput]).toEqual([1, 0, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('keeps in place what has no row', () => {
    const { best } = classAgreement({
      labels: Int32Array.of(1, 1, 2, 2),
      answers: Int32Array.of(2, 2, 1, 1),
      classes: 5,
    });
    expect([...best.labelOfOutput]).toEqual([0, 2, 1, 3, 4]);
  });

  it('sees no order in guesses, however few the rows', () => {
    // A fixed pseudo-random sequence: with few rows some permutation always fits many of them.
    let state = 12345;
    const guess = (): number => {
      state = (state * 1103515245 + 12345) % 2 ** 31;
      return Math.floor((state / 2 ** 31) * 10);
    };
    for (const rows of [20, 50, 200, 2000]) {
      const labels = Int32Array.from({ length: rows }, (_, row) => row % 10);
      const { best, nearChance } = classAgreement({ labels, answers: labels.map(guess), classes: 10 });
      expect(best.isFarBetter).toBe(false);
      if (rows >= 200) expect(nearChance).toBe(true);
    }
  });

  it('calls few rows near chance only where none is right', () => {
    const right = (count: number) => {
      const labels = Int32Array.from({ length: 20 }, (_, row) => row % 10);
      const answers = labels.map((label, row) => (row < count ? label : (label + 1 + (row % 3)) % 10));
      return classAgreement({ labels, answers, classes: 10 }).nearChance;
    };
    expect([0, 1, 2, 10].map(right)).toEqual([true, false, false, false]);
  });

  it('is never worse under the best permutation, and does not depend on how outputs are numbered', () => {
    const rows = fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 4 })), {
      minLength: 1,
      maxLength: 60,
    });
    const orders = fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 });
    fc.assert(
      fc.property(rows, orders, (pairs, order) => {
        const labels = Int32Array.from(pairs, ([label]) => label);
        const answers = Int32Array.from(pairs, ([, answer]) => answer);
        const agreement = classAgreement({ labels, answers, classes: 5 });
        const renumbered = classAgreement({ labels, answers: answers.map((answer) => order[answer]!), classes: 5 });
        expect(agreement.best.accuracy).toBeGreaterThanOrEqual(agreement.accuracy);
        expect(renumbered.best.accuracy).toBe(agreement.best.accuracy);
        const confusion = confusionMatrix({ labels, answers, classes: 5 });
        expect(confusion.reduce((sum, count) => sum + count, 0)).toBe(pairs.length);
      }),
    );
  });

  it('refuses classes that do not exist, and rows that do not pair', () => {
    const labels = Int32Array.of(0, 1);
    expect(() => classAgreement({ labels, answers: Int32Array.of(0, 2), classes: 2 })).toThrow(
      /class from 0 to 1; received 2/,
    );
    expect(() => classAgreement({ labels, answers: Int32Array.of(0), classes: 2 })).toThrow(/2 labels and 1 answers/);
    const none = new Int32Array(0);
    expect(() => classAgreement({ labels: none, answers: none, classes: 2 })).toThrow(InvalidInputError);
  });
});

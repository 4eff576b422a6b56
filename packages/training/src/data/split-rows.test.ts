import { describe, expect, it } from 'vitest';
import { seededRandom } from './split-random.ts';
import { splitRows } from './split-rows.ts';

/** Random problems from a fixed seed: numbers of rows, classes and shares of all kinds. */
function problems(count: number) {
  const random = seededRandom(20260101);
  return Array.from({ length: count }, (_, seed) => {
    const rows = Math.floor(random() * 400);
    const classes = 1 + Math.floor(random() * 12);
    const labels = random() < 0.2 ? null : Int32Array.from({ length: rows }, () => Math.floor(random() * classes));
    const validation = random() < 0.1 ? 0 : random();
    const test = random() < 0.3 ? 0 : random() * (1 - validation);
    return { rows, labels, validation, test, seed };
  });
}

describe('splitRows', () => {
  it('puts every row into exactly one part, ascending', () => {
    for (const { rows, labels, ...options } of problems(300)) {
      const { train, validation, test } = splitRows(rows, labels, options);
      const all = [...train, ...validation, ...test];
      expect(all.toSorted((a, b) => a - b)).toEqual(Array.from({ length: rows }, (_, row) => row));
      for (const part of [train, validation, test]) expect([...part]).toEqual([...part].sort((a, b) => a - b));
    }
  });

  it('keeps the shares, in total to one row and in every class to two', () => {
    for (const { rows, labels, ...options } of problems(300)) {
      const split = splitRows(rows, labels, options);
      for (const part of ['validation', 'test'] as const) {
        expect(Math.abs(split[part].length - rows * options[part])).toBeLessThanOrEqual(1);
        if (labels === null) continue;
        for (const label of new Set(labels)) {
          const members = labels.filter((other) => other === label).length;
          const chosen = split[part].filter((row) => labels[row] === label).length;
          expect(Math.abs(chosen - members * options[part])).toBeLessThanOrEqual(2);
        }
      }
    }
  });

  it('depends on the seed, and on nothing else', () => {
    const split = (seed: number) => splitRows(1000, null, { validation: 0.2, test: 0.1, seed });
    expect(split(1)).toEqual(split(1));
    expect(split(1).validation).not.toEqual(split(2).validation);
  });

  it('draws rows from everywhere', () => {
    const { validation } = splitRows(10_000, null, { validation: 0.5, seed: 3 });
    const mean = validation.reduce((sum, row) => sum + row, 0) / validation.length;
    // The mean of 5,000 of 10,000 rows has a standard deviation of about 29; 6 of them.
    expect(Math.abs(mean - 4999.5)).toBeLessThan(174);
  });

  it.each([{ validation: -0.1 }, { validation: 0.6, test: 0.5 }, { validation: Number.NaN }])(
    'refuses shares that are none: %j',
    (shares) => {
      expect(() => splitRows(10, null, { ...shares, seed: 1 })).toThrow(/at least 0 that sum to at most 1/);
    },
  );
});

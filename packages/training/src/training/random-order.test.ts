import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { epochOrder, initialisationSeed } from './random-order.ts';

describe('epochOrder', () => {
  test('takes every row once, each as one of its copies', () => {
    fc.assert(
      fc.property(
        fc.maxSafeInteger(),
        fc.nat(30),
        fc.nat(30),
        fc.integer({ min: 1, max: 200 }),
        (seed, cut, epoch, rows) => {
          const order = epochOrder(seed, cut, epoch, rows, 3);
          expect([...order.rows].sort((a, b) => a - b)).toEqual(Array.from({ length: rows }, (_, row) => row));
          expect(order.copies.every((copy) => copy >= 0 && copy < 3)).toBe(true);
          expect(epochOrder(seed, cut, epoch, rows, 3)).toEqual(order);
        },
      ),
    );
  });

  test('differs between seeds, cuts and epochs', () => {
    const places = [
      [0, 0, 0],
      [1, 0, 0],
      [2 ** 32, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ] as const;
    const orders = places.map(([seed, cut, epoch]) => epochOrder(seed, cut, epoch, 100, 2).rows.join());
    expect(new Set(orders).size).toBe(places.length);
  });

  test('shuffles without favour: every row is as likely at every place, every copy as likely as the other', () => {
    const rows = 8;
    const draws = 4000;
    const counts = new Int32Array(rows * rows);
    let secondCopies = 0;
    for (let epoch = 0; epoch < draws; epoch++) {
      const order = epochOrder(3, 0, epoch, rows, 2);
      order.rows.forEach((row, place) => {
        counts[row * rows + place]! += 1;
      });
      secondCopies += order.copies.reduce((sum, copy) => sum + copy, 0);
    }
    // Chi-squared with 49 degrees of freedom: 99.99 % of fair shuffles stay below 95.
    const expected = draws / rows;
    const chiSquared = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    expect(chiSquared).toBeLessThan(95);
    // Five standard deviations of 32,000 fair coins.
    expect(Math.abs(secondCopies - 16_000)).toBeLessThan(450);
  });
});

test('initial values differ from cut to cut and from the order of rows', () => {
  expect(new Set([0, 1, 2, 3].map((cut) => initialisationSeed(9, cut))).size).toBe(4);
  expect(initialisationSeed(9, 2)).toBe(initialisationSeed(9, 2));
  expect(initialisationSeed(9, 2)).not.toBe(initialisationSeed(10, 2));
});

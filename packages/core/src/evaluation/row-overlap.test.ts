import fc from 'fast-check';
import { expect, it } from 'vitest';
import { InvalidInputError } from '../errors/errors.ts';
import { rowOverlap } from './row-overlap.ts';

const hashes = (...values: readonly number[]): BigUint64Array => BigUint64Array.from(values, BigInt);

it('counts rows that were seen, each as often as it is asked', () => {
  const seen = { rows: 4, hashes: hashes(1, 2, 2, 9) };
  expect(rowOverlap(hashes(2, 3, 9, 2), seen)).toEqual({ rows: 3, isExact: true });
  expect(rowOverlap(hashes(5), seen)).toEqual({ rows: 0, isExact: true });
  expect(rowOverlap(hashes(5), { rows: 0, hashes: hashes() })).toEqual({ rows: 0, isExact: true });
});

it('estimates from a sample, and never more rows than were asked', () => {
  expect(rowOverlap(hashes(1, 2, 3, 4, 5, 6, 7, 8), { rows: 8, hashes: hashes(2, 6) })).toEqual({
    rows: 8,
    isExact: false,
  });
  expect(rowOverlap(hashes(2, 10, 11, 12, 13), { rows: 6, hashes: hashes(1, 2, 3) })).toEqual({
    rows: 2,
    isExact: false,
  });
  expect(rowOverlap(hashes(2, 6), { rows: 100, hashes: hashes(2, 6) }).rows).toBe(2);
});

it('finds a set in itself, and nothing in rows apart', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { minLength: 2, maxLength: 50 }), (all) => {
      const [left, right] = [all.slice(0, all.length >> 1), all.slice(all.length >> 1)].map((part) =>
        BigUint64Array.from(part),
      );
      expect(rowOverlap(left!, { rows: left!.length, hashes: left!.toReversed() }).rows).toBe(left!.length);
      expect(rowOverlap(left!, { rows: right!.length, hashes: right! }).rows).toBe(0);
    }),
  );
});

it('refuses more hashes than rows, and rows without any', () => {
  expect(() => rowOverlap(hashes(1), { rows: 1, hashes: hashes(1, 2) })).toThrow(InvalidInputError);
  expect(() => rowOverlap(hashes(1), { rows: 1, hashes: hashes() })).toThrow(/0 hashes of 1 rows/);
});

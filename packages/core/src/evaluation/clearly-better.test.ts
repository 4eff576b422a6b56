import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../errors/errors.ts';
import { measuredAccuracy } from './class-agreement.ts';
import { clearlyBetter, isMoreOftenRight } from './clearly-better.ts';

const given = measuredAccuracy(50, 100);

it('is the most accurate one whose interval is above', () => {
  const alternatives = new Map([
    ['a little', measuredAccuracy(55, 100)],
    ['much', measuredAccuracy(80, 100)],
    ['most', measuredAccuracy(95, 100)],
  ]);
  expect(clearlyBetter(given, alternatives)).toEqual({ name: 'most', measured: alternatives.get('most') });
});

it('is none where intervals overlap', () => {
  expect(clearlyBetter(given, new Map([['a little', measuredAccuracy(58, 100)]]))).toBeNull();
  expect(clearlyBetter(given, new Map())).toBeNull();
});

describe('isMoreOftenRight', () => {
  /** `both` rows that both answer, `first` that only the first does, `second` that only the second does. */
  const rows = (both: number, first: number, second: number): readonly [Uint8Array, Uint8Array] => [
    Uint8Array.from({ length: both + first + second }, (_, row) => (row < both + first ? 1 : 0)),
    Uint8Array.from({ length: both + first + second }, (_, row) => (row < both || row >= both + first ? 1 : 0)),
  ];

  it.each([
    [240, 18, 3, true],
    [240, 3, 18, false],
    [240, 12, 9, false],
    [500, 0, 0, false],
    [0, 4, 0, true],
    [0, 3, 0, false],
  ])('%i rows of both, %i of the first, %i of the second: %s', (both, first, second, expected) => {
    expect(isMoreOftenRight(...rows(both, first, second))).toBe(expected);
  });

  it('needs the same rows', () => {
    expect(() => isMoreOftenRight(new Uint8Array(2), new Uint8Array(3))).toThrow(InvalidInputError);
  });
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { InvalidInputError } from '../errors/errors.ts';
import { missingClasses } from './missing-classes.ts';

it('names the classes without a row', () => {
  expect(missingClasses(Int32Array.of(3, 1, 1), 5)).toEqual([0, 2, 4]);
  expect(missingClasses(Int32Array.of(1, 0), 2)).toEqual([]);
  expect(() => missingClasses(Int32Array.of(2), 2)).toThrow(InvalidInputError);
});

it('parts the classes: each has a row or is missing', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9 })), (labels) => {
      const missing = missingClasses(Int32Array.from(labels), 10);
      expect([...new Set(labels), ...missing].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }),
  );
});

import { expect, test } from 'vitest';
import { firstNotFinite } from './first-not-finite.ts';

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
  '%s is found at every position of arrays of every length',
  (wrong) => {
    for (let length = 0; length <= 9; length++) {
      expect(firstNotFinite(new Float32Array(length).fill(3e38))).toBe(-1);
      for (let position = 0; position < length; position++) {
        const values = new Float32Array(length).fill(-3e38);
        values.fill(wrong, position);
        expect(firstNotFinite(values)).toBe(position);
      }
    }
  },
);

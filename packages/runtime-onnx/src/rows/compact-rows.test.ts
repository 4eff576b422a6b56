import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compactRows } from './compact-rows.ts';

test('keeps exactly the named rows, in order', () => {
  const subset = fc.array(fc.boolean(), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(subset, fc.integer({ min: 1, max: 5 }), (stays, elements) => {
      const data = Float32Array.from({ length: stays.length * elements }, (_, index) => index);
      const kept = Int32Array.from(stays.flatMap((stay, row) => (stay ? [row] : [])));
      const expected = [...kept].flatMap((row) => [...data.subarray(row * elements, (row + 1) * elements)]);
      expect([...compactRows(data, elements, kept)]).toEqual(expected);
    }),
  );
});

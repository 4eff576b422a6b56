import { decodeFloat16 } from '@ztw/core/runtime';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { activationOf } from '../layers/activation.ts';
import { createFeatureDecoder } from './feature-decoder.ts';

test('a decoded batch reads like its values in every order, batch after batch', () => {
  const sizes = fc.record({
    shape: fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 })),
    batches: fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 3 }),
    seed: fc.nat({ max: 1000 }),
  });
  fc.assert(
    fc.property(sizes, ({ shape, batches, seed }) => {
      const decoder = createFeatureDecoder(shape);
      const [channels, height, width] = shape;
      const positions = height * width;
      for (const rows of batches) {
        const bits = Uint16Array.from(
          { length: rows * channels * positions },
          (_, index) => (index * 7 + seed) % 30_000,
        );
        const values = decodeFloat16(bits);
        const channelsLast = new Float32Array(values.length);
        const rowsLast = new Float32Array(values.length);
        values.forEach((value, index) => {
          const row = Math.floor(index / (channels * positions));
          const channel = Math.floor(index / positions) % channels;
          const position = index % positions;
          channelsLast[(row * positions + position) * channels + channel] = value;
          rowsLast[(channel * positions + position) * rows + row] = value;
        });
        for (const batch of [
          decoder.decode(bits, rows),
          decoder.decode(values, rows),
          activationOf(values, rows, shape),
        ]) {
          expect(batch.values()).toEqual(values);
          expect(batch.channelsLast()).toEqual(channelsLast);
          expect(batch.rowsLast()).toEqual(rowsLast);
        }
      }
    }),
    { numRuns: 20 },
  );
});

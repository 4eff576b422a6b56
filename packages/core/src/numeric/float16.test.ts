import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeFloat16, encodeFloat16 } from './float16.ts';

const every = Uint16Array.from({ length: 65_536 }, (_, bits) => bits);

describe('float16', () => {
  test.each([
    [0x0000, 0],
    [0x8000, -0],
    [0x3c00, 1],
    [0xc000, -2],
    [0x7bff, 65_504],
    [0x0400, 2 ** -14],
    [0x0001, 2 ** -24],
    [0x03ff, 1023 * 2 ** -24],
    [0x3555, 0.333251953125],
    [0x7c00, Infinity],
    [0xfc00, -Infinity],
    [0x7e00, NaN],
  ])('%i is %f', (bits, value) => {
    expect(decodeFloat16(Uint16Array.of(bits))[0]).toBe(value);
    expect(encodeFloat16(Float32Array.of(value))[0]).toBe(bits);
  });

  test('every pattern that is a number comes back', () => {
    const back = encodeFloat16(decodeFloat16(every));
    const isNaNPattern = (bits: number) => (bits & 0x7c00) === 0x7c00 && (bits & 0x3ff) !== 0;
    const changed = every.filter((bits, index) => back[index] !== bits && !isNaNPattern(bits));
    expect([...changed]).toEqual([]);
    expect(every.filter((bits, index) => isNaNPattern(bits) && Number.isNaN(decodeFloat16(back)[index]))).toHaveLength(
      2 * 1023,
    );
  });

  test('a number goes to the nearest pattern, halfway to the even one', () => {
    const finite = decodeFloat16(every).filter(Number.isFinite);
    const sorted = Float32Array.from(new Set(finite)).sort();
    fc.assert(
      fc.property(fc.float({ min: -65_504, max: 65_504, noNaN: true }), (value) => {
        const bits = encodeFloat16(Float32Array.of(value));
        const error = Math.abs(decodeFloat16(bits)[0]! - value);
        const above = sorted.findIndex((each) => each >= value);
        const neighbours = [sorted[above]!, sorted[Math.max(0, above - 1)]!];
        const least = Math.min(...neighbours.map((each) => Math.abs(each - value)));
        expect(error).toBe(least);
        if (neighbours.every((each) => Math.abs(each - value) === least) && neighbours[0] !== neighbours[1]) {
          expect(bits[0]! & 1).toBe(0);
        }
      }),
    );
    // Halfway between 1 and the next, and between that and the one after; the largest that is not yet infinite.
    expect([...encodeFloat16(Float32Array.of(1 + 2 ** -11, 1 + 3 * 2 ** -11, 65_519.99, 65_520))]).toEqual([
      0x3c00, 0x3c02, 0x7bff, 0x7c00,
    ]);
  });
});

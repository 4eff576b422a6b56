import { InvalidInputError } from '@ztw/core';
import { describe, expect, test } from 'vitest';
import { type FitTarget, fitPixels } from './fit-pixels.ts';
import type { Pixels } from './pixels.ts';

const target = (width: number, height: number, resize: FitTarget['resize'], channels: 1 | 3 = 1): FitTarget => ({
  width,
  height,
  channels,
  resize,
});
const gray = (width: number, height: number, data: readonly number[]): Pixels => ({
  data: Uint8Array.from(data),
  width,
  height,
  channels: 1,
});

describe('fitPixels', () => {
  // Weights of the triangle filter by hand; at an edge of the image it is cut off and its rest sums to 1.
  test.each([
    ['halves', gray(4, 1, [0, 0, 200, 200]), target(2, 1, 'stretch'), [29, 171]],
    ['doubles', gray(2, 1, [0, 100]), target(4, 1, 'stretch'), [0, 25, 75, 100]],
    ['crops in the middle', gray(4, 2, [10, 20, 30, 40, 10, 20, 30, 40]), target(2, 2, 'cover'), [20, 30, 20, 30]],
    [
      'adds black borders',
      gray(4, 2, Array(8).fill(90)),
      target(4, 4, 'contain'),
      [...[0, 0, 0, 0], ...Array(8).fill(90), ...[0, 0, 0, 0]],
    ],
    ['keeps what fits', gray(2, 2, [1, 2, 3, 4]), target(2, 2, 'none'), [1, 2, 3, 4]],
  ])('%s', (_name, image, to, expected) => {
    expect([...fitPixels(image, to)]).toEqual(expected);
  });

  test('a plain image stays plain at every size and in every way', () => {
    for (const resize of ['stretch', 'cover', 'contain'] as const) {
      for (const [width, height] of [
        [1, 1],
        [3, 5],
        [64, 17],
      ] as const) {
        const image: Pixels = { data: new Uint8Array(7 * 11 * 3).fill(201), width: 7, height: 11, channels: 3 };
        const fitted = fitPixels(image, target(width, height, resize, 3));
        expect(fitted).toHaveLength(width * height * 3);
        const values = new Set(fitted);
        if (resize === 'contain') values.delete(0);
        expect([...values]).toEqual([201]);
      }
    }
  });

  test('converts channels and drops alpha', () => {
    const red: Pixels = { data: Uint8Array.of(255, 0, 0, 7), width: 1, height: 1, channels: 4 };
    expect([...fitPixels(red, target(1, 1, 'none', 3))]).toEqual([255, 0, 0]);
    expect([...fitPixels(red, target(1, 1, 'none', 1))]).toEqual([76]);
    const grayAndAlpha: Pixels = { data: Uint8Array.of(9, 255), width: 1, height: 1, channels: 2 };
    expect([...fitPixels(grayAndAlpha, target(1, 1, 'none', 3))]).toEqual([9, 9, 9]);
  });

  test('refuses another size where nothing says how to fit it', () => {
    expect(() => fitPixels(gray(2, 1, [1, 2]), target(1, 1, 'none'))).toThrow(InvalidInputError);
    expect(() => fitPixels(gray(2, 1, [1, 2]), target(1, 1, 'none'))).toThrow(/received 2 x 1. Choose how to fit it/);
  });
});

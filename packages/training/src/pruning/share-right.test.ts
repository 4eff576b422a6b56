import { expect, test } from 'vitest';
import { shareRight, standardError } from './share-right.ts';

test('the share of rows whose largest logit is the right one', () => {
  expect(shareRight(Float32Array.of(1, 2, 4, 3, 0, 9), Int32Array.of(1, 0, 0))).toBeCloseTo(2 / 3);
});

test('the standard error of a share', () => {
  expect(standardError(0.9455, 2000)).toBeCloseTo(Math.sqrt((0.9455 * 0.0545) / 2000), 3);
  expect(standardError(1, 96)).toBeCloseTo(Math.sqrt((0.98 * 0.02) / 100));
  expect(standardError(0, 96)).toBeCloseTo(standardError(1, 96));
});

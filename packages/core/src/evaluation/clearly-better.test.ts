import { expect, it } from 'vitest';
import { measuredAccuracy } from './class-agreement.ts';
import { clearlyBetter } from './clearly-better.ts';

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

import { expect, test } from 'vitest';
import { timingOf } from './timing.ts';

test('quantiles are measurements that were made', () => {
  const milliseconds = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(timingOf(milliseconds)).toEqual({
    medianMilliseconds: 50,
    p95Milliseconds: 95,
    meanMilliseconds: 50.5,
    totalMilliseconds: 5050,
  });
});

test('one measurement is its own median', () => {
  expect(timingOf([7])).toMatchObject({ medianMilliseconds: 7, p95Milliseconds: 7 });
});

import { anyOf, InvalidInputError, patience } from '@ztw/core';
import { expect, test } from 'vitest';
import { classThresholds } from './class-thresholds.ts';

const input = {
  exitIndex: 0,
  exitCount: 2,
  rows: 3,
  classes: 2,
  probabilities: Float32Array.of(0.75, 0.25, 0.25, 0.75, 0.125, 0.875),
};

test('each class has its own threshold', () => {
  const policy = classThresholds([0.5, 0.8]);
  expect([...policy.update(policy.init(3), input).exits]).toEqual([1, 0, 1]);
});

test('combines with policies of the core', () => {
  const policy = anyOf(classThresholds([1, 1]), patience(0));
  expect([...policy.update(policy.init(3), input).exits]).toEqual([1, 1, 1]);
});

test('a threshold above 1 is refused', () => {
  expect(() => classThresholds([0.5, 1.5])).toThrow(InvalidInputError);
});

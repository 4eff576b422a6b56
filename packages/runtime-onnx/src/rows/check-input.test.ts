import { InvalidInputError } from '@ztw/core';
import { expect, test } from 'vitest';
import { checkInput } from './check-input.ts';

test('accepts finite rows, also huge and negative zero ones', () => {
  expect(() => checkInput({ data: Float32Array.of(3e38, -3e38, -0, 1), rows: 2 }, [2])).not.toThrow();
});

test.each([
  ['NaN', Number.NaN],
  ['infinity', Number.POSITIVE_INFINITY],
  ['minus infinity', Number.NEGATIVE_INFINITY],
])('names the row and element of %s', (_, value) => {
  const data = new Float32Array(6);
  data[5] = value;
  expect(() => checkInput({ data, rows: 3 }, [2])).toThrow(InvalidInputError);
  expect(() => checkInput({ data, rows: 3 }, [2])).toThrow(/row 2 .* element 1/);
});

test('says how many values were expected', () => {
  expect(() => checkInput({ data: new Float32Array(5), rows: 3 }, [1, 2])).toThrow(
    /3 row\(s\) of shape \[1, 2\] .* 6 values, but got 5/,
  );
});

test.each([0, -1, 0.5])('refuses %s rows', (rows) => {
  expect(() => checkInput({ data: new Float32Array(0), rows }, [2])).toThrow(InvalidInputError);
});

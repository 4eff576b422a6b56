import { describe, expect, test } from 'vitest';
import {
  budget,
  collect,
  commaSeparated,
  integerAtLeast,
  numberBetween,
  oneOf,
  positiveNumber,
} from './parse-values.ts';

describe('values of options', () => {
  test('whole numbers', () => {
    expect(integerAtLeast(1)('12')).toBe(12);
    for (const text of ['0', '-1', '1.5', '', ' ', 'x', '1e400']) {
      expect(() => integerAtLeast(1)(text)).toThrow('Expected a whole number of at least 1.');
    }
  });

  test('numbers in a range, its ends included', () => {
    expect(numberBetween(0, 1)('0')).toBe(0);
    expect(numberBetween(0, 1)('1')).toBe(1);
    for (const text of ['-0.1', '1.1', '', 'NaN', 'Infinity']) {
      expect(() => numberBetween(0, 1)(text)).toThrow('Expected a number from 0 to 1.');
    }
  });

  test('positive numbers', () => {
    expect(positiveNumber('1e-3')).toBe(0.001);
    expect(() => positiveNumber('0')).toThrow('above 0');
  });

  test('budgets are fractions of the full cost', () => {
    expect(budget('1')).toBe(1);
    expect(() => budget('50')).toThrow('above 0 and at most 1');
    expect(() => budget('0')).toThrow('above 0 and at most 1');
  });

  test('lists', () => {
    expect(commaSeparated(budget)('0.25, 0.5')).toEqual([0.25, 0.5]);
    expect(() => commaSeparated(budget)('0.25,')).toThrow('above 0');
  });

  test('words', () => {
    expect(oneOf(['ztw', 'sdn'])('sdn')).toBe('sdn');
    expect(() => oneOf(['ztw', 'sdn'])('SDN')).toThrow('Expected one of ztw, sdn.');
  });

  test('repeated options gather', () => {
    const parse = collect(integerAtLeast(0));
    expect(parse('2', parse('1', undefined))).toEqual([1, 2]);
  });
});

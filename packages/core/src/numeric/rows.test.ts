import { describe, expect, it } from 'vitest';
import { argMax } from './arg-max.ts';
import { firstNotFinite } from './first-not-finite.ts';
import { takeRows } from './rows.ts';

describe('argMax', () => {
  it('names the first of the largest values of its row', () => {
    const values = Float32Array.of(9, 1, 5, 5, 2, 7);
    expect(argMax(values, 1, 3)).toBe(1);
    expect(argMax(values, 3, 3)).toBe(2);
  });
});

describe('takeRows', () => {
  it('copies rows in the order asked for', () => {
    const values = Float32Array.of(0, 1, 10, 11, 20, 21);
    const taken = takeRows(values, 2, Int32Array.of(2, 0));
    expect([...taken]).toEqual([20, 21, 0, 1]);
    taken[0] = 99;
    expect(values[4]).toBe(20);
  });

  it('keeps the kind of array, and takes none where none is named', () => {
    expect(takeRows(Int32Array.of(1, 2), 1, Int32Array.of(1))).toEqual(Int32Array.of(2));
    expect(takeRows(Float32Array.of(1, 2), 1, new Int32Array(0))).toEqual(new Float32Array(0));
  });
});

describe('firstNotFinite', () => {
  it.each([
    [[1, -2, 3e38], -1],
    [[], -1],
    [[-0, 0], -1],
    [[1, Number.NaN, Number.POSITIVE_INFINITY], 1],
    [[1, 2, Number.NEGATIVE_INFINITY], 2],
  ])('%j: %d', (values, position) => {
    expect(firstNotFinite(Float32Array.from(values))).toBe(position);
  });
});

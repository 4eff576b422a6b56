import { describe, expect, it } from 'vitest';
import { evenPoolSize } from './even-pool-size.ts';

describe('evenPoolSize', () => {
  it.each([
    // [map, wanted, side]
    [32, 4, 4],
    [28, 4, 4],
    [14, 4, 7],
    [7, 4, 7],
    [8, 4, 4],
    [15, 4, 5],
    [28, 8, 7],
    [14, 8, 7],
    [32, 8, 8],
    [9, 8, 9],
  ])('takes a map of %i towards %i to %i', (map, wanted, side) => {
    expect(evenPoolSize(map, wanted)).toBe(side);
  });

  it('keeps the side of a map that is smaller', () => {
    expect(evenPoolSize(3, 4)).toBe(3);
  });

  it('takes the wanted side where no divisor is near', () => {
    expect(evenPoolSize(17, 4)).toBe(4);
  });
});

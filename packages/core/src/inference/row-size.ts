import type { RowShape } from '../contract/tensor.ts';

/** Number of values in one row: the product of its shape. */
export function rowSize(shape: RowShape): number {
  return shape.reduce((size, length) => size * length, 1);
}

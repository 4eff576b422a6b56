import type { RowShape } from '@ztw/core';

/** Values in one row. */
export function rowSize(shape: RowShape): number {
  return shape.reduce((product, size) => product * size, 1);
}

import type { RowShape } from '@ztw/core';

/** Number of elements of one row. */
export function elementCount(shape: RowShape): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** `[3, 32, 32]`, for messages. */
export function formatShape(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}

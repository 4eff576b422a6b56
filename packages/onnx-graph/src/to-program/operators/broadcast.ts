// Broadcasting of shapes from the right. Sizes may depend on the number of rows.

import { fixedSize, fixedValue, type Size, sameSize } from '@ztw/program';

/** Prepends axes of length 1 up to a rank. */
export function padSizes(shape: readonly Size[], rank: number): readonly Size[] {
  return [...Array.from({ length: Math.max(0, rank - shape.length) }, () => fixedSize(1)), ...shape];
}

/** The common shape of two shapes; null where they cannot be broadcast. */
export function broadcastSizes(left: readonly Size[], right: readonly Size[]): readonly Size[] | null {
  const rank = Math.max(left.length, right.length);
  const second = padSizes(right, rank);
  const result: Size[] = [];
  for (const [axis, size] of padSizes(left, rank).entries()) {
    const other = second[axis] as Size;
    if (fixedValue(other) === 1 || sameSize(size, other)) result.push(size);
    else if (fixedValue(size) === 1) result.push(other);
    else return null;
  }
  return result;
}

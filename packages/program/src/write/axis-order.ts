// Axis orders: axis `i` in memory is axis `order[i]` of the network.

/** `[0, 1, ..., rank - 1]` */
export function naturalOrder(rank: number): readonly number[] {
  return Array.from({ length: rank }, (_unused, axis) => axis);
}

/** `[0, 2, ..., rank - 1, 1]`: channels, the second axis, last. */
export function channelsLastOrder(rank: number): readonly number[] {
  return [0, ...naturalOrder(rank).slice(2), 1];
}

export function sameOrder(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((axis, position) => axis === right[position]);
}

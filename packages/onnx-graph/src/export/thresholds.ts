import type { GraphBuilder } from '../graph/graph-builder.ts';

/**
 * Replaces thresholds of 1 and more by one that no probability exceeds, even with rounding errors.
 * @returns the name of a tensor of the same shape.
 */
export function unreachableOne(builder: GraphBuilder, thresholds: string): string {
  const one = builder.floats('ztw/one', [], Float32Array.of(1));
  const two = builder.floats('ztw/two', [], Float32Array.of(2));
  const stays = builder.apply('Less', [thresholds, one]);
  return builder.apply('Where', [stays, thresholds, two]);
}

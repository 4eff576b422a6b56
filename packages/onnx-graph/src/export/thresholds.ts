import type { GraphBuilder } from '../graph/graph-builder.ts';

/**
 * Thresholds, with those of 1 and more made so great that no probability passes them, whatever rounding adds to it.
 * @returns name of a tensor of the same shape.
 */
export function unreachableOne(builder: GraphBuilder, thresholds: string): string {
  const one = builder.floats('ztw/one', [], Float32Array.of(1));
  const two = builder.floats('ztw/two', [], Float32Array.of(2));
  const stays = builder.apply('Less', [thresholds, one]);
  return builder.apply('Where', [stays, thresholds, two]);
}

import { argMax } from '@ztw/core';

/** Share of the rows whose most probable class is their label. */
export function accuracyOf(logits: Float32Array, labels: Int32Array, classes: number): number {
  const right = labels.filter((label, row) => argMax(logits, row * classes, classes) === label);
  return right.length / labels.length;
}

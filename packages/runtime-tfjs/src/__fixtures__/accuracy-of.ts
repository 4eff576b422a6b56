import { argMax } from '@ztw/core';

/** Fraction of the rows whose most probable class is their label. */
export function accuracyOf(logits: Float32Array, labels: Int32Array, classes: number): number {
  const correct = labels.filter((label, row) => argMax(logits, row * classes, classes) === label);
  return correct.length / labels.length;
}

import { argMax } from '@ztw/core';

/**
 * @param logits `[rows, classes]`
 * @param targets The right class of each row.
 * @returns share of rows whose largest logit is the right class's, 0 to 1.
 */
export function shareRight(logits: Float32Array, targets: Int32Array): number {
  const classes = logits.length / targets.length;
  return targets.filter((target, row) => argMax(logits, row * classes, classes) === target).length / targets.length;
}

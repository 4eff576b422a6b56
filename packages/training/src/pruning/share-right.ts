import { argMax } from '@ztw/core';

/**
 * @param logits `[rows, classes]`
 * @param targets The correct class of each row.
 * @returns share of rows whose largest logit belongs to the correct class, 0 to 1.
 */
export function shareRight(logits: Float32Array, targets: Int32Array): number {
  const classes = logits.length / targets.length;
  return targets.filter((target, row) => argMax(logits, row * classes, classes) === target).length / targets.length;
}

/**
 * The standard error of a share of rows, by Agresti and Coull (1998). It stays above 0 even if all rows or none are
 * correct.
 * @param share Of `rows`, 0 to 1.
 */
export function standardError(share: number, rows: number): number {
  const tried = rows + 4;
  const shrunk = (share * rows + 2) / tried;
  return Math.sqrt((shrunk * (1 - shrunk)) / tried);
}

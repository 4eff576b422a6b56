import { argMax } from '@ztw/core';
import type { HeldOutData } from '../training/train-options.ts';
import type { NetworkResult } from './network-result.ts';

/** The classes that the ensemble and the thresholds are fitted to. */
export interface CalibrationTargets {
  /** One class per held-out row. */
  readonly targets: Int32Array;
  /**
   * `network`: without labels, the last network's own predictions are the targets. Accuracy then means agreement with
   * it.
   */
  readonly measuredAgainst: 'labels' | 'network';
}

/** The labels of the held-out rows or, without labels, the predictions of the last network. */
export function calibrationTargets(
  heldOut: Pick<HeldOutData, 'rows' | 'labels'>,
  results: readonly NetworkResult[],
  classes: number,
): CalibrationTargets {
  if (heldOut.labels !== null) return { targets: heldOut.labels, measuredAgainst: 'labels' };
  const logits = results.at(-1)?.variants[0]?.heldOutLogits.at(-1);
  if (logits === undefined) throw new Error('internal: the last network has no logits on the held-out rows');
  const targets = Int32Array.from({ length: heldOut.rows }, (_, row) => argMax(logits, row * classes, classes));
  return { targets, measuredAgainst: 'network' };
}

import { argMax } from '@ztw/core';
import type { HeldOutData } from '../training/train-options.ts';
import type { NetworkResult } from './network-result.ts';

/** What ensemble and thresholds are chosen against. */
export interface CalibrationTargets {
  /** One class per held-out row. */
  readonly targets: Int32Array;
  /** `network`: there are no labels, so the last network's own answers stand for them, and accuracy means agreement with it. */
  readonly measuredAgainst: 'labels' | 'network';
}

/** The labels of the held-out rows or, where there are none, the answers of the last network. */
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

import type { LoadedBundle } from '@ztw/bundle';
import { runAllExits, type StagedModel } from '@ztw/core';
import { combineExits } from '@ztw/ensemble';

/** A confidence that no prediction exceeds. */
const never = 1;

export interface HalfLeaves {
  /** One per exit but the last. */
  readonly thresholds: readonly number[];
  /** Index of the exit at which half of the rows leave. */
  readonly exitIndex: number;
}

/**
 * Thresholds at which half of the rows leave at the exit nearest to half of the network's MACs, and the others run to
 * the end.
 * @param rows An even number.
 * @throws Error where two of the rows are equally confident.
 */
export async function halfLeaves(
  { model, ensemble }: LoadedBundle,
  images: Float32Array,
  rows: number,
): Promise<HalfLeaves> {
  const { classes } = model;
  const exitIndex = middleExit(model);
  const logits = combineExits(ensemble, await runAllExits(model, { data: images, rows }), rows, classes);
  const confidences = Array.from({ length: rows }, (_, row) =>
    largestProbability((logits[exitIndex] as Float32Array).subarray(row * classes, (row + 1) * classes)),
  ).toSorted((left, right) => left - right);
  const [below = 0, above = 0] = confidences.slice(rows / 2 - 1, rows / 2 + 1);
  if (above - below < 1e-6)
    throw new Error(`Expected different confidences of the middle rows; received ${below} and ${above}.`);
  const thresholds = model.stages.slice(0, -1).map((_, exit) => (exit === exitIndex ? (below + above) / 2 : never));
  return { thresholds, exitIndex };
}

function middleExit({ stages, backboneMacs }: StagedModel): number {
  let macs = 0;
  const distances = stages.slice(0, -1).map(({ segmentMacs }) => {
    macs += segmentMacs;
    return Math.abs(macs / backboneMacs - 0.5);
  });
  return distances.indexOf(Math.min(...distances));
}

function largestProbability(logProbabilities: Float32Array): number {
  return Math.exp(logProbabilities.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY));
}

// The results of a candidate's exits on rows: cross-entropy, confidence and correctness. The choice between candidates
// reads nothing else.

import type { EnsembleSpecification } from '@ztw/core';
import { smallestProbability } from '../../combine/arithmetic-ensemble.ts';
import type { FitRows } from '../fit-rows.ts';
import type { MemberShares } from './member-shares.ts';

/**
 * Powers to which predictions are raised before their cross-entropy is measured. Combining predictions lowers their
 * confidence, which lowers the cross-entropy of overconfident exits without changing the order of rows. Tempering gives
 * plain exits the same advantage.
 */
const temperings = [0.4, 0.55, 0.7, 0.85, 1, 1.2] as const;

/** One exit of a candidate. */
export interface JudgedExit {
  /** For each tempering `[rows]`: cross-entropy in nats. */
  readonly losses: readonly Float64Array[];
  /** `[rows]`: the largest probability, not tempered. */
  readonly confidences: Float64Array;
  /** `[rows]`: 1 if the most probable class is the true class. */
  readonly right: Uint8Array;
}

export function unjudgedExit(rows: number): JudgedExit {
  return {
    losses: temperings.map(() => new Float64Array(rows)),
    confidences: new Float64Array(rows),
    right: new Uint8Array(rows),
  };
}

/**
 * Judges the exit whose members are the exits `0..shares.length - 1` on some rows, and writes the results at their
 * places.
 * @param selected Row numbers.
 */
export function judgeRows(
  kind: EnsembleSpecification['kind'],
  data: FitRows,
  { shares, bias }: MemberShares,
  selected: Int32Array,
  target: JudgedExit,
): void {
  const { exits, classes, logProbabilities, labels, offsets } = data;
  const scores = new Float64Array(classes);
  for (const row of selected) {
    scores.fill(0);
    if (bias !== null) scores.set(bias);
    shares.forEach((share, member) => {
      if (share < 1e-8) return;
      const from = (row * exits + member) * classes;
      for (let c = 0; c < classes; c++) {
        const value = logProbabilities[from + c] as number;
        scores[c] = (scores[c] as number) + share * (kind === 'geometric' ? value : Math.exp(value));
      }
    });
    if (kind === 'arithmetic') {
      for (let c = 0; c < classes; c++) scores[c] = Math.log((scores[c] as number) + smallestProbability);
    }
    let best = 0;
    for (let c = 1; c < classes; c++) if ((scores[c] as number) > (scores[best] as number)) best = c;
    const label = labels[row] as number;
    const top = scores[best] as number;
    target.right[row] = best === label ? 1 : 0;
    temperings.forEach((power, index) => {
      let sum = 0;
      for (let c = 0; c < classes; c++) {
        const offset = offsets === null ? 0 : (offsets[row * classes + c] as number);
        sum += Math.exp(power * ((scores[c] as number) - top) + offset);
      }
      (target.losses[index] as Float64Array)[row] = Math.log(sum) - power * ((scores[label] as number) - top);
      if (power === 1) target.confidences[row] = 1 / sum;
    });
  }
}

/** `[rows]`: the losses under the best tempering for the exit. */
export function temperedLosses({ losses }: JudgedExit): Float64Array {
  return losses.reduce((best, values) => (sumOf(values) < sumOf(best) ? values : best));
}

/** `[rows]`: mean over the exits of their tempered losses. */
export function meanLosses(exits: readonly JudgedExit[]): Float64Array {
  const means = new Float64Array(exits[0]?.confidences.length ?? 0);
  for (const exit of exits) {
    temperedLosses(exit).forEach((loss, row) => {
      means[row] = (means[row] as number) + loss / exits.length;
    });
  }
  return means;
}

export function sumOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

/** A mean of paired differences, and the standard error of that mean. */
export interface PairedDifference {
  readonly mean: number;
  readonly standardError: number;
}

/** The mean of `a - b`, row by row. */
export function pairedDifference(a: Float64Array, b: Float64Array): PairedDifference {
  const differences = a.map((value, row) => value - (b[row] as number));
  const mean = sumOf(differences) / differences.length;
  const squares = sumOf(differences.map((difference) => (difference - mean) ** 2));
  return { mean, standardError: Math.sqrt(squares / Math.max(1, differences.length - 1) / differences.length) };
}

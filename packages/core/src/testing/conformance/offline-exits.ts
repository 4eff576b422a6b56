// The expected result of the live loop, computed from stored logits row by row, without compaction.

import { argMax } from '../../numeric/arg-max.ts';
import { softmax } from '../../numeric/softmax.ts';

export interface OfflineExit {
  readonly exitIndex: number;
  /** `[classes]` at that exit. */
  readonly probabilities: Float32Array;
  /**
   * Smallest distance of a confidence from its threshold up to the exit. Below the tolerance, rounding decides the
   * exit.
   */
  readonly distance: number;
}

/**
 * @param logits `[rows, classes]` of each exit.
 * @param thresholds One per exit but the last; a row leaves if its confidence is strictly greater.
 * @returns one per row.
 */
export function offlineExits(
  logits: readonly Float32Array[],
  classes: number,
  thresholds: readonly number[],
): readonly OfflineExit[] {
  const exits = logits.map((values) => softmax(values, classes));
  const rows = (logits[0]?.length ?? 0) / classes;
  return Array.from({ length: rows }, (_, row) => {
    let distance = Number.POSITIVE_INFINITY;
    for (const [exitIndex, all] of exits.entries()) {
      const probabilities = all.slice(row * classes, (row + 1) * classes);
      const threshold = thresholds[exitIndex];
      if (threshold === undefined) return { exitIndex, probabilities, distance };
      const confidence = probabilities[argMax(probabilities, 0, classes)] as number;
      distance = Math.min(distance, Math.abs(confidence - threshold));
      if (confidence > threshold) return { exitIndex, probabilities, distance };
    }
    throw new RangeError(`internal: ${thresholds.length} thresholds leave no last exit among ${exits.length}.`);
  });
}

/**
 * Thresholds at which about half of the remaining rows leave at each exit: the mean of the two middle confidences; 1 if
 * fewer than two rows remain.
 */
export function halvingThresholds(logits: readonly Float32Array[], classes: number): readonly number[] {
  let rows = Array.from({ length: (logits[0]?.length ?? 0) / classes }, (_, row) => row);
  return logits.slice(0, -1).map((values) => {
    const probabilities = softmax(values, classes);
    const confidence = (row: number): number =>
      probabilities[row * classes + argMax(probabilities, row * classes, classes)] as number;
    const sorted = rows.map(confidence).sort((a, b) => a - b);
    const [lower, upper] = sorted.slice((sorted.length >> 1) - 1);
    const threshold = sorted.length < 2 || lower === undefined || upper === undefined ? 1 : (lower + upper) / 2;
    rows = rows.filter((row) => confidence(row) <= threshold);
    return threshold;
  });
}

// How far predicted probabilities are from observed frequencies.

import { answeredProbabilities, applySetting } from './exit-outcome.ts';
import type { ExitPredictions } from './exit-predictions.ts';
import type { SweptPolicy } from './swept-policy.ts';

/** Default number of equal-width bins of the expected calibration error. */
export const DEFAULT_CALIBRATION_BINS = 15;

/**
 * Kolmogorov-Smirnov calibration error: for each class, the largest distance between the running sums of its predicted
 * probabilities and of its occurrences, `max_k |sum_{i<=k} (p_i - y_i)| / rows`, rows sorted by `p`; the mean over the
 * classes.
 * Needs no bins.
 * Source: Gupta et al., Calibration of Neural Networks using Splines, 2021.
 * @param probabilities `[rows, classes]`
 * @param labels `[rows]`
 */
export function ksCalibrationError(probabilities: Float32Array, labels: Int32Array, classes: number): number {
  const perClass = ksCalibrationErrors(probabilities, labels, classes);
  return perClass.reduce((sum, error) => sum + error, 0) / classes;
}

/** `ksCalibrationError` of each class alone. */
export function ksCalibrationErrors(probabilities: Float32Array, labels: Int32Array, classes: number): number[] {
  return Array.from({ length: classes }, (_, label) => {
    const scores = Float32Array.from(labels, (_, row) => probabilities[row * classes + label] as number);
    let distance = 0;
    let largest = 0;
    for (const row of rowsByScore(scores)) {
      distance += (scores[row] as number) - (labels[row] === label ? 1 : 0);
      largest = Math.max(largest, Math.abs(distance));
    }
    return largest / labels.length;
  });
}

/**
 * Row numbers in the order of their scores, equal scores in the order of the rows, as the reference sorts them.
 *
 * The bits of non-negative float32 numbers have the order of the numbers. So `bits * rows + row`, exact in float64 up
 * to 2^23 rows, sorts like the pair, and typed arrays sort numbers many times faster than with a comparison function.
 */
function rowsByScore(scores: Float32Array): Int32Array {
  const rows = scores.length;
  const bits = new Uint32Array(scores.buffer, scores.byteOffset, rows);
  const keys = Float64Array.from(bits, (value, row) => value * rows + row).sort();
  return Int32Array.from(keys, (key) => key % rows);
}

/** Kolmogorov-Smirnov calibration error of each exit alone. */
export function exitKsCalibrationErrors(predictions: ExitPredictions): number[] {
  return predictions.probabilities.map((values) => ksCalibrationError(values, predictions.labels, predictions.classes));
}

/**
 * Kolmogorov-Smirnov calibration error of the answers given at each setting of a kind of policy; by default confidence
 * thresholds.
 */
export function ksCalibrationSweep(
  predictions: ExitPredictions,
  settings: ArrayLike<number>,
  swept: SweptPolicy = {},
): number[] {
  return Array.from(settings, (setting) => {
    const { answeredBy } = applySetting(predictions, swept, setting);
    return ksCalibrationError(answeredProbabilities(predictions, answeredBy), predictions.labels, predictions.classes);
  });
}

/**
 * Expected calibration error: `sum_bins (rows in bin / rows) * |accuracy - mean confidence|` over bins of equal width.
 * Source: Guo et al., On Calibration of Modern Neural Networks, 2017.
 * @param confidences `[rows]`, 0 to 1; bin `k` of `n` holds `k/n < confidence <= (k+1)/n`.
 * @param right `[rows]`: 1 if the answer is correct, else 0.
 */
export function expectedCalibrationError(
  confidences: Float32Array,
  right: Uint8Array,
  bins: number = DEFAULT_CALIBRATION_BINS,
): number {
  const gaps = new Float64Array(bins);
  for (let row = 0; row < confidences.length; row++) {
    const confidence = confidences[row] as number;
    const bin = Math.min(bins - 1, Math.max(0, Math.ceil(confidence * bins) - 1));
    gaps[bin] = (gaps[bin] as number) + (right[row] as number) - confidence;
  }
  return gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / confidences.length;
}

/** Expected calibration error of each exit alone. */
export function exitExpectedCalibrationErrors(
  predictions: ExitPredictions,
  bins: number = DEFAULT_CALIBRATION_BINS,
): number[] {
  return predictions.confidences.map((confidences, exitIndex) => {
    const right = Uint8Array.from({ length: predictions.rows }, (_, row) =>
      predictions.answers[exitIndex]?.[row] === predictions.labels[row] ? 1 : 0,
    );
    return expectedCalibrationError(confidences, right, bins);
  });
}

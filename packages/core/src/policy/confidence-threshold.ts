import type { ExitPolicy } from '../contract/exit-policy.ts';
import { thresholdGrid } from '../evaluation/threshold-grid.ts';
import { argMax } from '../numeric/arg-max.ts';
import type { PerExit } from './per-exit.ts';
import { type PolicyKind, policyOfKind, scoreByRow } from './policy-kind.ts';

/** Default number of settings in a sweep. */
export const DEFAULT_THRESHOLD_COUNT = 1001;

/** Scores the probability of the most probable class: `max_c p_c`. */
export const confidence: PolicyKind<null> = {
  kind: 'confidence',
  factory: 'confidenceThreshold',
  score: scoreByRow(
    (probabilities, start, classes) => probabilities[start + argMax(probabilities, start, classes)] as number,
  ),
  storedScores: ({ confidences }) => confidences,
  comparisons: ['>', '>='],
  limits: { name: 'confidence threshold', minimum: 0, maximum: 1 },
  settings: () => thresholdGrid(DEFAULT_THRESHOLD_COUNT),
  graphScore: 'largest-probability',
};

export interface ConfidenceThresholdOptions {
  /**
   * `>`: the confidence must be strictly greater, so that a threshold of 1 sends every row to the end.
   * `>=`: as in the 2019 code of Shallow-Deep Networks.
   */
  readonly comparison: '>' | '>=';
}

/** The defaults of `confidenceThreshold`. */
export const confidenceThresholdDefaults: ConfidenceThresholdOptions = { comparison: '>' };

/**
 * A row leaves at the first exit where the most probable class has `max_c p_c > threshold` (strictly, by default).
 * A row that no exit releases takes the last exit's answer, unless the loop has another fallback.
 * @param threshold From 0 to 1: one for all exits, or one per exit.
 * @throws InvalidInputError for a threshold outside 0 to 1; at the first exit, for a list of the wrong length.
 * Source: Zero Time Waste, section 3; Shallow-Deep Networks, section 4.
 */
export function confidenceThreshold(threshold: PerExit, options?: Partial<ConfidenceThresholdOptions>): ExitPolicy {
  const { comparison } = { ...confidenceThresholdDefaults, ...options };
  return policyOfKind(confidence, threshold, comparison);
}

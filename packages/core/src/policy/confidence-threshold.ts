import type { ExitPolicy } from '../contract/exit-policy.ts';
import { argMax } from '../numeric/arg-max.ts';
import { checkedLimits, formatLimits, limitAt, type PerExit } from './per-exit.ts';
import { statelessPolicy } from './stateless-policy.ts';

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
 * Leaves at the first exit where the most probable class has `max_c p_c > threshold` (strictly, by default).
 * A row that is never confident takes the last exit's answer, unless the loop is told to fall back otherwise.
 * @param threshold From 0 to 1: one for all exits, or one per exit.
 * @throws InvalidInputError for a threshold outside 0 to 1; at the first exit, for a list of the wrong length.
 * Source: Zero Time Waste, section 3; Shallow-Deep Networks, section 4.
 */
export function confidenceThreshold(threshold: PerExit, options?: Partial<ConfidenceThresholdOptions>): ExitPolicy {
  const thresholds = checkedLimits(threshold, { name: 'confidence threshold', minimum: 0, maximum: 1 });
  const { comparison } = { ...confidenceThresholdDefaults, ...options };
  const suffix = comparison === '>' ? '' : `, '${comparison}'`;
  return statelessPolicy(`confidenceThreshold(${formatLimits(thresholds)}${suffix})`, ({ exitIndex, exitCount }) => {
    const limit = limitAt(thresholds, exitIndex, exitCount);
    return comparison === '>'
      ? (probabilities, start, classes) => confidenceOf(probabilities, start, classes) > limit
      : (probabilities, start, classes) => confidenceOf(probabilities, start, classes) >= limit;
  });
}

function confidenceOf(probabilities: Float32Array, start: number, classes: number): number {
  return probabilities[start + argMax(probabilities, start, classes)] as number;
}

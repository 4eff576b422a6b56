// How one number per exit and row decides where a row leaves. Both rules below have the same form, "leave at the first exit
// whose score exceeds the setting", which lets one sweep serve both.

import type { ExitPredictions } from './exit-predictions.ts';
import { thresholdGrid } from './threshold-grid.ts';

export interface ExitRule {
  readonly name: 'threshold' | 'patience';
  /** What the score does to the setting for a row to leave. */
  readonly comparison: '>' | '>=';
  /** Who answers for rows that no exit, the last included, lets go. They cost the last exit's MACs either way. */
  readonly fallback: 'last' | 'most-confident';
  /** One array per exit: `[rows]`. */
  scores(predictions: ExitPredictions): readonly (Float32Array | Int32Array)[];
  /** Settings worth sweeping, ascending. */
  settings(predictions: ExitPredictions): ArrayLike<number>;
}

export interface ThresholdRuleOptions {
  /** `>` as in Zero Time Waste, or `>=` as in the SDN code of 2019. */
  readonly comparison?: '>' | '>=';
  /** `last`, or `most-confident` as in the SDN code of 2019. */
  readonly fallback?: 'last' | 'most-confident';
}

/** Number of thresholds in a sweep where nobody names them. */
export const DEFAULT_THRESHOLD_COUNT = 1001;

/** Leave at the first exit whose largest probability exceeds the threshold; else the last exit answers. */
export function thresholdRule(options: ThresholdRuleOptions = {}): ExitRule {
  return {
    name: 'threshold',
    comparison: options.comparison ?? '>',
    fallback: options.fallback ?? 'last',
    scores: (predictions) => predictions.confidences,
    settings: () => thresholdGrid(DEFAULT_THRESHOLD_COUNT),
  };
}

/**
 * Leave at the first exit where the same answer was given more than `patience` times in a row; else the last exit answers.
 * Source: Zhou et al., BERT Loses Patience (PABEE), 2020.
 */
export function patienceRule(): ExitRule {
  return {
    name: 'patience',
    comparison: '>',
    fallback: 'last',
    scores: streaks,
    settings: (predictions) => predictions.exitMacs.map((_, patience) => patience),
  };
}

/** One array per exit: how many exits in a row, this one included, gave this answer. */
function streaks(predictions: ExitPredictions): readonly Int32Array[] {
  let before = new Int32Array(predictions.rows);
  return predictions.answers.map((answers, exitIndex) => {
    const previous = predictions.answers[exitIndex - 1] ?? answers;
    const streak = before.map((count, row) => (answers[row] === previous[row] ? count + 1 : 1));
    before = streak;
    return streak;
  });
}

import type { ExitPolicy } from '../contract/exit-policy.ts';
import { thresholdGrid } from '../evaluation/threshold-grid.ts';
import type { PerExit } from './per-exit.ts';
import { type PolicyKind, policyOfKind, scoreByRow } from './policy-kind.ts';

const settingCount = 1001;

/** Scores how far the most probable class leads: `p_1 - p_2`. */
export const margin: PolicyKind<null> = {
  kind: 'margin',
  factory: 'marginThreshold',
  score: scoreByRow(marginOf),
  comparisons: ['>'],
  limits: { name: 'margin', minimum: 0, maximum: 1 },
  settings: () => thresholdGrid(settingCount),
  graphScore: 'lead-of-largest',
};

/**
 * A row leaves at the first exit where the difference of the two largest probabilities exceeds the margin: `p_1 - p_2 >
 * margin`, strictly.
 * A margin of 1 sends every row to the end. With a single class the margin is that class's probability.
 * A row that no exit releases takes the last exit's answer, unless the loop has another fallback.
 * @param limit From 0 to 1: one for all exits, or one per exit.
 * @throws InvalidInputError for a margin outside 0 to 1; at the first exit, for a list of the wrong length.
 */
export function marginThreshold(limit: PerExit): ExitPolicy {
  return policyOfKind(margin, limit);
}

function marginOf(probabilities: Float32Array, start: number, classes: number): number {
  let first = 0;
  let second = 0;
  for (let index = start; index < start + classes; index++) {
    const probability = probabilities[index] as number;
    if (probability > first) {
      second = first;
      first = probability;
    } else if (probability > second) {
      second = probability;
    }
  }
  return first - second;
}

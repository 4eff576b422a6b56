import type { ExitPolicy } from '../contract/exit-policy.ts';
import type { PerExit } from './per-exit.ts';
import { type PolicyKind, policyOfKind, scoreByRow } from './policy-kind.ts';

const settingCount = 1001;

/** Scores the entropy `-sum_c p_c log p_c`, in nats; smaller means more certain. */
export const entropy: PolicyKind<null> = {
  kind: 'entropy',
  factory: 'entropyThreshold',
  score: scoreByRow(entropyOf),
  comparisons: ['<'],
  limits: { name: 'entropy threshold (nats)', minimum: 0, maximum: Number.POSITIVE_INFINITY },
  // From just above log(classes), the entropy of equal probabilities, which rounding may exceed. Squares are dense near
  // 0, where most entropies of a good classifier are.
  settings: ({ classes }) =>
    Float64Array.from(
      { length: settingCount },
      (_, index) => 1.001 * Math.log(Math.max(2, classes)) * (1 - index / (settingCount - 1)) ** 2,
    ),
  graphScore: 'entropy',
};

/**
 * A row leaves at the first exit where the entropy `-sum_c p_c log p_c`, in nats, is strictly below the threshold.
 * A threshold of 0 sends every row to the end; one above `log(classes)` lets every row leave at once.
 * A row that no exit releases takes the last exit's answer, unless the loop has another fallback.
 * @param threshold In nats, 0 or more: one for all exits, or one per exit.
 * @throws InvalidInputError for a negative threshold; at the first exit, for a list of the wrong length.
 * Source: BranchyNet (Teerapittayanon et al., 2016), algorithm 1; DeeBERT (Xin et al., 2020), section 2.2.
 */
export function entropyThreshold(threshold: PerExit): ExitPolicy {
  return policyOfKind(entropy, threshold);
}

function entropyOf(probabilities: Float32Array, start: number, classes: number): number {
  let sum = 0;
  for (let index = start; index < start + classes; index++) {
    const probability = probabilities[index] as number;
    // p log p tends to 0 as p does.
    if (probability > 0) sum -= probability * Math.log(probability);
  }
  return sum;
}

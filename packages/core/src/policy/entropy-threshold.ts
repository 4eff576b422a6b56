import type { ExitPolicy } from '../contract/exit-policy.ts';
import { checkedLimits, formatLimits, limitAt, type PerExit } from './per-exit.ts';
import { statelessPolicy } from './stateless-policy.ts';

/**
 * Leaves at the first exit where the entropy `-sum_c p_c log p_c`, in nats, is strictly below the threshold.
 * A threshold of 0 sends every row to the end; one above `log(classes)` lets every row leave at once.
 * A row that never gets there takes the last exit's answer, unless the loop is told to fall back otherwise.
 * @param threshold In nats, 0 or more: one for all exits, or one per exit.
 * @throws InvalidInputError for a negative threshold; at the first exit, for a list of the wrong length.
 * Source: BranchyNet (Teerapittayanon et al., 2016), algorithm 1; DeeBERT (Xin et al., 2020), section 2.2.
 */
export function entropyThreshold(threshold: PerExit): ExitPolicy {
  const thresholds = checkedLimits(threshold, {
    name: 'entropy threshold (nats)',
    minimum: 0,
    maximum: Number.MAX_VALUE,
  });
  return statelessPolicy(`entropyThreshold(${formatLimits(thresholds)})`, ({ exitIndex, exitCount }) => {
    const limit = limitAt(thresholds, exitIndex, exitCount);
    return (probabilities, start, classes) => entropyOf(probabilities, start, classes) < limit;
  });
}

function entropyOf(probabilities: Float32Array, start: number, classes: number): number {
  let entropy = 0;
  for (let index = start; index < start + classes; index++) {
    const probability = probabilities[index] as number;
    // p log p tends to 0 with p.
    if (probability > 0) entropy -= probability * Math.log(probability);
  }
  return entropy;
}

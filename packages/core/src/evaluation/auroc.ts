import { InvalidInputError } from '../errors/errors.ts';

/**
 * Area under the ROC curve: the probability that a random positive scores higher than a random negative, ties counting
 * half.
 * @param positives Scores of the rows that should score high.
 * @param negatives Scores of the others.
 * @returns 0 to 1; null if one side is empty.
 * @throws InvalidInputError for a score that is NaN.
 */
export function auroc(positives: Float32Array, negatives: Float32Array): number | null {
  if (positives.length === 0 || negatives.length === 0) return null;
  if (positives.some(Number.isNaN) || negatives.some(Number.isNaN)) {
    throw new InvalidInputError('Expected numbers as scores; received NaN. Look for NaN in the logits.');
  }
  const high = positives.slice().sort();
  const low = negatives.slice().sort();
  let below = 0; // negatives strictly below the current positive
  let upTo = 0; // negatives at most equal to it
  let wins = 0;
  for (const score of high) {
    while (below < low.length && (low[below] as number) < score) below += 1;
    while (upTo < low.length && (low[upTo] as number) <= score) upTo += 1;
    wins += (below + upTo) / 2;
  }
  return wins / (high.length * low.length);
}

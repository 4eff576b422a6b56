import { type ExitOutcome, summariseExits } from './exit-outcome.ts';
import type { ExitPredictions } from './exit-predictions.ts';

/**
 * The outcome of a perfect exit policy: every row leaves at the first exit that classifies it correctly. If no exit
 * does, it leaves at the first one, because going on gains nothing. No policy is more accurate, and none of the same
 * accuracy is cheaper.
 */
export function oracleBound(predictions: ExitPredictions): ExitOutcome {
  const exits = new Int32Array(predictions.rows);
  for (let row = 0; row < predictions.rows; row++) {
    exits[row] = Math.max(
      0,
      predictions.answers.findIndex((answers) => answers[row] === predictions.labels[row]),
    );
  }
  return summariseExits(predictions, exits);
}

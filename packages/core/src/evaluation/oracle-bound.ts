import { type ExitOutcome, summariseExits } from './exit-outcome.ts';
import type { ExitPredictions } from './exit-predictions.ts';

/**
 * What a perfect exit policy would give: every row leaves at the first exit that answers it rightly, and where none does, at
 * the first exit, since nothing is gained by going on. No policy is more accurate, and none as accurate is cheaper.
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

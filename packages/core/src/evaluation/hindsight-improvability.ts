import type { ExitPredictions } from './exit-predictions.ts';

/**
 * Hindsight improvability of each exit: among the rows that it classifies wrongly, the share that some earlier exit
 * classified correctly.
 * Lower is better: less earlier knowledge is lost. It is 0 for the first exit, and for an exit without errors.
 * Source: Zero Time Waste, section 4.
 */
export function hindsightImprovability(predictions: ExitPredictions): number[] {
  const { rows, labels } = predictions;
  const rightBefore = new Uint8Array(rows);
  return predictions.answers.map((answers) => {
    let wrong = 0;
    let improvable = 0;
    for (let row = 0; row < rows; row++) {
      if (answers[row] === labels[row]) {
        rightBefore[row] = 1;
      } else {
        wrong += 1;
        improvable += rightBefore[row] as number;
      }
    }
    return wrong === 0 ? 0 : improvable / wrong;
  });
}

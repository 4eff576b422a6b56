import type { ExitPredictions } from './exit-predictions.ts';

/**
 * Hindsight improvability of each exit: among the rows that it gets wrong, the share that some earlier exit had right.
 * Lower is better: what was known before is not lost. 0 for the first exit, and for one that makes no error.
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

import type { ExitPredictions } from './exit-predictions.ts';

/** Accuracy of each exit alone. */
export function exitAccuracies(predictions: ExitPredictions): number[] {
  return predictions.answers.map((answers) => {
    let right = 0;
    for (let row = 0; row < answers.length; row++) {
      if (answers[row] === predictions.labels[row]) right += 1;
    }
    return right / predictions.rows;
  });
}

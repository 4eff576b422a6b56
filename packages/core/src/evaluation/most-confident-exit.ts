import type { ExitPredictions } from './exit-predictions.ts';

/** The exit with the largest confidence for a row; the first if several are equal. */
export function mostConfidentExit(predictions: ExitPredictions, row: number): number {
  let best = 0;
  let highest = Number.NEGATIVE_INFINITY;
  predictions.confidences.forEach((confidences, exitIndex) => {
    const confidence = confidences[row] as number;
    if (confidence > highest) {
      highest = confidence;
      best = exitIndex;
    }
  });
  return best;
}

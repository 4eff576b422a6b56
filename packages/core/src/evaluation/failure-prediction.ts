import { auroc } from './auroc.ts';
import type { ExitPredictions } from './exit-predictions.ts';

/**
 * How well each exit's confidence separates its correct answers from its wrong ones: the AUROC with the correct ones as
 * positives.
 * Null for an exit that is always right or always wrong.
 */
export function failurePredictionAurocs(predictions: ExitPredictions): (number | null)[] {
  return predictions.confidences.map((confidences, exitIndex) => {
    const isRight = (row: number): boolean => predictions.answers[exitIndex]?.[row] === predictions.labels[row];
    return auroc(
      confidences.filter((_, row) => isRight(row)),
      confidences.filter((_, row) => !isRight(row)),
    );
  });
}

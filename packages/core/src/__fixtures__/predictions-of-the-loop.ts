import { type ExitPredictions, predictionsFromLogits } from '../evaluation/exit-predictions.ts';
import { logSoftmax, toProbabilities } from '../numeric/softmax.ts';

/** Stored predictions equal to what the loop sees, to the last bit; the evaluation's own softmax rounds differently. */
export function predictionsOfTheLoop(logits: readonly Float32Array[], classes: number): ExitPredictions {
  const labels = new Int32Array((logits[0]?.length ?? 0) / classes);
  const exitMacs = logits.map((_, exitIndex) => exitIndex + 1);
  const probabilities = logits.map((values) => toProbabilities(logSoftmax(values, classes)));
  const confidences = probabilities.map((values) =>
    Float32Array.from(labels, (_, row) => Math.max(...values.slice(row * classes, (row + 1) * classes))),
  );
  return { ...predictionsFromLogits({ logits, labels, classes, exitMacs }), probabilities, confidences };
}

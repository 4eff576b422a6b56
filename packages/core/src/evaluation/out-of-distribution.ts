// How well confidence separates known input from foreign input. The labels of foreign rows have no meaning and are not
// read.

import { InvalidInputError } from '../errors/errors.ts';
import { auroc } from './auroc.ts';
import { applySetting } from './exit-outcome.ts';
import type { ExitPredictions } from './exit-predictions.ts';

/** The result of one threshold on known and foreign rows together. */
export interface OutOfDistributionPoint {
  readonly threshold: number;
  readonly auroc: number | null;
  /** Mean MACs per row over both sets. */
  readonly macs: number;
}

/** AUROC of the confidence of each exit alone; known rows are the positives. */
export function outOfDistributionAurocs(known: ExitPredictions, foreign: ExitPredictions): (number | null)[] {
  checkSameExits(known, foreign);
  return known.confidences.map((confidences, exitIndex) =>
    auroc(confidences, foreign.confidences[exitIndex] as Float32Array),
  );
}

/** AUROC of the confidence with which rows leave, and the mean cost, at each threshold. */
export function outOfDistributionSweep(
  known: ExitPredictions,
  foreign: ExitPredictions,
  thresholds: ArrayLike<number>,
): OutOfDistributionPoint[] {
  checkSameExits(known, foreign);
  return Array.from(thresholds, (threshold) => {
    const inside = leaveAt(known, threshold);
    const outside = leaveAt(foreign, threshold);
    return {
      threshold,
      auroc: auroc(inside.confidences, outside.confidences),
      macs: (inside.macs + outside.macs) / (known.rows + foreign.rows),
    };
  });
}

/** Confidence with which each row leaves, and the MACs of all rows together. */
function leaveAt(predictions: ExitPredictions, threshold: number): { confidences: Float32Array; macs: number } {
  const { exits, macs } = applySetting(predictions, {}, threshold);
  const confidences = Float32Array.from(exits, (exitIndex, row) => predictions.confidences[exitIndex]?.[row] as number);
  return { confidences, macs: macs * predictions.rows };
}

function checkSameExits(known: ExitPredictions, foreign: ExitPredictions): void {
  if (known.exitMacs.length !== foreign.exitMacs.length) {
    throw new InvalidInputError(
      `Expected predictions of one model on both sets; received ${known.exitMacs.length} exits on known rows and ${foreign.exitMacs.length} on foreign rows.`,
      { expected: known.exitMacs.length, received: foreign.exitMacs.length },
    );
  }
}

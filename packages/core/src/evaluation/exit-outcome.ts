// The exit and the answer of each row, and the accuracy and cost that follow.

import { InvalidInputError } from '../errors/errors.ts';
import { passing } from '../policy/policy-kind.ts';
import type { ExitPredictions } from './exit-predictions.ts';
import { mostConfidentExit } from './most-confident-exit.ts';
import { completeSweptPolicy, exitScores, type SweptPolicy } from './swept-policy.ts';

export interface ExitOutcome {
  /** `[rows]`: the exit up to which each row was computed; it pays that exit's MACs. */
  readonly exits: Int32Array;
  /**
   * `[rows]`: the exit whose prediction is each row's answer. Differs from `exits` only with the `most-confident`
   * fallback.
   */
  readonly answeredBy: Int32Array;
  /** Share of rows that were classified correctly, 0 to 1. */
  readonly accuracy: number;
  /** Mean MACs per row. */
  readonly macs: number;
  /** Number of rows that left at each exit. */
  readonly histogram: readonly number[];
}

/** Applies one setting: the outcome behind one point of its sweep. */
export function applySetting(predictions: ExitPredictions, swept: SweptPolicy, setting: number): ExitOutcome {
  const { policy, comparison, fallback } = completeSweptPolicy(swept);
  const scores = exitScores(predictions, policy);
  const passes = passing(comparison);
  const lastExit = scores.length - 1;
  const exits = new Int32Array(predictions.rows).fill(lastExit);
  const answeredBy = new Int32Array(predictions.rows).fill(lastExit);
  for (let row = 0; row < predictions.rows; row++) {
    const exitIndex = scores.findIndex((values) => passes(values[row] as number, setting));
    if (exitIndex >= 0) {
      exits[row] = exitIndex;
      answeredBy[row] = exitIndex;
    } else if (fallback === 'most-confident') {
      answeredBy[row] = mostConfidentExit(predictions, row);
    }
  }
  return summariseExits(predictions, exits, answeredBy);
}

/**
 * Accuracy, cost and histogram of rows whose exits are known, from a simulation or a live run.
 * @param exits `[rows]`: the exit up to which each row was computed.
 * @param answeredBy `[rows]`: the exit whose prediction is each row's answer. Default: `exits`.
 * @throws InvalidInputError for a wrong length or an exit that does not exist.
 */
export function summariseExits(
  predictions: ExitPredictions,
  exits: Int32Array,
  answeredBy: Int32Array = exits,
): ExitOutcome {
  const { rows, labels, answers, exitMacs } = predictions;
  if (exits.length !== rows || answeredBy.length !== rows) {
    throw new InvalidInputError(`Expected the exits of ${rows} rows, one per prediction; received ${exits.length}.`, {
      expected: rows,
      received: exits.length,
    });
  }
  const histogram = exitMacs.map(() => 0);
  let right = 0;
  for (let row = 0; row < rows; row++) {
    const exitIndex = exits[row] as number;
    const rowAnswers = answers[answeredBy[row] as number];
    if (histogram[exitIndex] === undefined || rowAnswers === undefined) {
      throw new InvalidInputError(
        `Expected an exit from 0 to ${exitMacs.length - 1} for row ${row}; received ${exitIndex}.`,
        {
          expected: `0 to ${exitMacs.length - 1}`,
          received: exitIndex,
          path: `row ${row}`,
        },
      );
    }
    histogram[exitIndex] += 1;
    if (rowAnswers[row] === labels[row]) right += 1;
  }
  const macs = histogram.reduce((sum, count, exitIndex) => sum + count * (exitMacs[exitIndex] as number), 0);
  return { exits, answeredBy, accuracy: right / rows, macs: macs / rows, histogram };
}

/**
 * The answers of all rows, each from the exit that answered it.
 * @param answeredBy `[rows]`
 * @returns `[rows, classes]`
 */
export function answeredProbabilities(predictions: ExitPredictions, answeredBy: Int32Array): Float32Array {
  const { rows, classes, probabilities } = predictions;
  const answered = new Float32Array(rows * classes);
  for (let row = 0; row < rows; row++) {
    const values = probabilities[answeredBy[row] as number] as Float32Array;
    answered.set(values.subarray(row * classes, (row + 1) * classes), row * classes);
  }
  return answered;
}

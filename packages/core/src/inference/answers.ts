// Predictions of a set of rows, with the exit that made each: the answer of a row if it leaves now.

import { argMax } from '../numeric/arg-max.ts';
import { takeRows } from '../numeric/rows.ts';

export interface Answers {
  /** `[rows, classes]`, each row sums to 1. */
  readonly probabilities: Float32Array;
  /** The exit that made each row's prediction. `[rows]` */
  readonly exits: Int32Array;
}

/** Answers in which every row takes the prediction of one exit. */
export function answersOf(probabilities: Float32Array, exitIndex: number, rows: number): Answers {
  return { probabilities, exits: new Int32Array(rows).fill(exitIndex) };
}

/**
 * Row by row, the answer with the larger maximum probability; the earlier one if both are equal.
 * @param earlier null before the first exit.
 */
export function moreConfident(earlier: Answers | null, later: Answers, classes: number): Answers {
  if (earlier === null) return later;
  const isLater = new Uint8Array(later.exits.length);
  for (let row = 0; row < isLater.length; row++) {
    const start = row * classes;
    if (confidenceAt(later.probabilities, start, classes) > confidenceAt(earlier.probabilities, start, classes)) {
      isLater[row] = 1;
    }
  }
  return choose(isLater, later, earlier, classes);
}

/**
 * Row by row, one of two answers.
 * @param isFirst `[rows]`: 0 takes the second, anything else the first.
 */
export function choose(isFirst: Uint8Array, first: Answers, second: Answers, classes: number): Answers {
  const probabilities = second.probabilities.slice();
  const exits = second.exits.slice();
  for (let row = 0; row < exits.length; row++) {
    if (isFirst[row] === 0) continue;
    const start = row * classes;
    probabilities.set(first.probabilities.subarray(start, start + classes), start);
    exits[row] = first.exits[row] as number;
  }
  return { probabilities, exits };
}

/** The answers of the rows that stay. */
export function keepAnswers(answers: Answers, classes: number, kept: Int32Array): Answers {
  return {
    probabilities: takeRows(answers.probabilities, classes, kept),
    exits: takeRows(answers.exits, 1, kept),
  };
}

function confidenceAt(probabilities: Float32Array, start: number, classes: number): number {
  return probabilities[start + argMax(probabilities, start, classes)] as number;
}

// How well a classifier's answers agree with labels, and whether its outputs have the classes in another order.

import { InvalidInputError } from '../errors/errors.ts';
import { bestAssignment } from './best-assignment.ts';
import { type ShareInterval, wilsonInterval } from './wilson-interval.ts';

export interface ClassAgreementOptions {
  /** `[rows]` the correct class of each row. */
  readonly labels: Int32Array;
  /** `[rows]` the classifier's answer for each row. */
  readonly answers: Int32Array;
  /** Outputs of the classifier. */
  readonly classes: number;
}

/** A number of correct answers with its uncertainty. */
export interface MeasuredAccuracy {
  readonly rows: number;
  readonly right: number;
  readonly accuracy: number;
  /** 95 %, by Wilson's score. */
  readonly interval: ShareInterval;
}

export interface ClassAgreement extends MeasuredAccuracy {
  /** Accuracy of guessing, `1 / classes`. */
  readonly chance: number;
  /** Whether the rows are enough to say that the answers are hardly better than chance (`isNearChance`). */
  readonly nearChance: boolean;
  readonly best: BestPermutation;
}

/** The order of the classes with which most answers are correct. */
export interface BestPermutation {
  /** `[classes]` the label of each output. An output whose label has no row keeps its own label if possible. */
  readonly labelOfOutput: readonly number[];
  /** On the rows on which it was chosen: biased upwards, strongly so for few rows. */
  readonly accuracy: number;
  /** Chosen on one half of the rows and measured on the other, in both directions: not biased. */
  readonly crossFitted: MeasuredAccuracy;
  /** Whether it explains the answers much better than the present order: the two 95 % intervals do not overlap. */
  readonly isFarBetter: boolean;
}

/** An accuracy is near chance up to this fraction of the distance from chance to 1. */
export const NEAR_CHANCE_SHARE = 0.1;

/**
 * Whether an accuracy is certainly near chance or below: the upper end of its 95 % interval is below
 * `chance + 0.1 * (1 - chance)` with `chance = 1 / classes`. With few rows this is hard to show: for ten classes, at
 * most 0 of 20 rows or 4 of 50 may be correct.
 */
export function isNearChance({ interval }: Pick<MeasuredAccuracy, 'interval'>, classes: number): boolean {
  const chance = 1 / classes;
  return interval.high < chance + NEAR_CHANCE_SHARE * (1 - chance);
}

/** @throws InvalidInputError for no row. */
export function measuredAccuracy(right: number, rows: number): MeasuredAccuracy {
  return { rows, right, accuracy: right / rows, interval: wilsonInterval(right, rows) };
}

/** @returns `[classes, classes]`: how many rows of a label (first axis) got an answer (second axis). */
export function confusionMatrix({ labels, answers, classes }: ClassAgreementOptions): Float64Array {
  checkClasses({ labels, answers, classes });
  const counts = new Float64Array(classes * classes);
  labels.forEach((label, row) => {
    const cell = label * classes + (answers[row] as number);
    counts[cell] = (counts[cell] as number) + 1;
  });
  return counts;
}

/**
 * Compares answers with labels in the given order, and under the best permutation of the classes (`bestAssignment` on
 * the confusion matrix). A permutation that is chosen and measured on the same rows looks good by chance, so it is
 * cross-fitted as well.
 * @throws InvalidInputError for no row, two lengths, or a class outside `0 .. classes - 1`.
 */
export function classAgreement(options: ClassAgreementOptions): ClassAgreement {
  const { labels, answers, classes } = options;
  const outputOfLabel = bestOutputs(confusionMatrix(options), classes);
  const rows = labels.length;
  const own = measuredAccuracy(
    count(rows, (row) => labels[row] === answers[row]),
    rows,
  );
  const labelOfOutput = new Array<number>(classes);
  outputOfLabel.forEach((output, label) => {
    labelOfOutput[output] = label;
  });
  const crossFitted = crossFittedAccuracy(options);
  return {
    ...own,
    chance: 1 / classes,
    nearChance: isNearChance(own, classes),
    best: {
      labelOfOutput,
      accuracy: count(rows, (row) => outputOfLabel[labels[row] as number] === answers[row]) / rows,
      crossFitted,
      isFarBetter: crossFitted.interval.low > own.interval.high,
    },
  };
}

function crossFittedAccuracy({ labels, answers, classes }: ClassAgreementOptions): MeasuredAccuracy {
  const fold = alternateWithinClasses(labels, classes);
  const right = [0, 1].map((tested) => {
    const fitted = rowsWhere(fold, (value) => value !== tested);
    const outputs = bestOutputs(
      confusionMatrix({ labels: take(labels, fitted), answers: take(answers, fitted), classes }),
      classes,
    );
    return count(labels.length, (row) => fold[row] === tested && outputs[labels[row] as number] === answers[row]);
  });
  return measuredAccuracy((right[0] as number) + (right[1] as number), labels.length);
}

/** The output of each label; among equally good permutations one with as many classes in place as possible. */
function bestOutputs(confusion: Float64Array, classes: number): Int32Array {
  const scores = confusion.slice();
  // All unchanged places together weigh less than one row.
  const bonus = 1 / (classes + 1);
  for (let label = 0; label < classes; label++) {
    const place = label * classes + label;
    scores[place] = (scores[place] as number) + bonus;
  }
  return bestAssignment(scores, classes);
}

/** 0 or 1 for every row, alternating within each class, so that both halves hold all classes equally. */
function alternateWithinClasses(labels: Int32Array, classes: number): Uint8Array {
  const seen = new Int32Array(classes);
  return Uint8Array.from(labels, (label) => {
    const turn = seen[label] as number;
    seen[label] = turn + 1;
    return turn % 2;
  });
}

function rowsWhere(values: Uint8Array, holds: (value: number) => boolean): number[] {
  return Array.from(values.keys()).filter((row) => holds(values[row] as number));
}

function take(values: Int32Array, rows: readonly number[]): Int32Array {
  return Int32Array.from(rows, (row) => values[row] as number);
}

function count(rows: number, holds: (row: number) => boolean): number {
  let total = 0;
  for (let row = 0; row < rows; row++) if (holds(row)) total += 1;
  return total;
}

function checkClasses({ labels, answers, classes }: ClassAgreementOptions): void {
  if (labels.length !== answers.length) {
    throw new InvalidInputError(
      `Expected one answer per label; received ${labels.length} labels and ${answers.length} answers.`,
      { expected: labels.length, received: answers.length, path: 'answers' },
    );
  }
  for (const values of [labels, answers]) {
    const wrong = values.find((value) => value < 0 || value >= classes);
    if (wrong !== undefined) {
      throw new InvalidInputError(`Expected a class from 0 to ${classes - 1}; received ${wrong}.`, {
        expected: `0 to ${classes - 1}`,
        received: wrong,
      });
    }
  }
}

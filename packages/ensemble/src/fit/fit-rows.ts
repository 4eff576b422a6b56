// The data of a fit, laid out for its inner loops: all exits of one row lie together.

import { InvalidDataError, InvalidInputError } from '@ztw/core';

export interface FitRows {
  readonly rows: number;
  readonly exits: number;
  readonly classes: number;
  /** `[rows, exits, classes]`; of some classes of each row only where rows were condensed. */
  readonly logProbabilities: Float32Array;
  /** `[rows]` */
  readonly labels: Int32Array;
  /** `[rows, classes]`: added to the scores of classes that stand for others too; null where every class stands for itself. */
  readonly offsets: Float32Array | null;
}

/**
 * Checks and lays out stored predictions.
 * @param logits One array per exit, `[rows, classes]`; log-probabilities are logits too.
 * @param labels `[rows]`
 * @throws InvalidDataError for no rows, or a label that is not a class.
 * @throws InvalidInputError for arrays of another length, or values that are not finite.
 */
export function fitRows(logits: readonly Float32Array[], labels: ArrayLike<number>, classes: number): FitRows {
  if (!Number.isSafeInteger(classes) || classes < 1) {
    throw new InvalidInputError(`An ensemble needs a positive number of classes, received ${classes}.`);
  }
  if (logits.length === 0) throw new InvalidInputError('Fitting an ensemble needs the logits of at least one exit.');
  const rows = labels.length;
  const checkedLabels = checkLabels(labels, classes);
  const exits = logits.length;
  const logProbabilities = new Float32Array(rows * exits * classes);
  logits.forEach((values, exit) => {
    if (values.length !== rows * classes) {
      throw new InvalidInputError(
        `Expected ${rows} x ${classes} logits of exit ${exit} for ${rows} labels, received ${values.length} values.`,
      );
    }
    for (let row = 0; row < rows; row++) {
      const areFinite = writeLogSoftmax(
        values,
        row * classes,
        classes,
        logProbabilities,
        (row * exits + exit) * classes,
      );
      if (!areFinite)
        throw new InvalidInputError(`The logits of exit ${exit} hold a value in row ${row} that is not finite.`);
    }
  });
  return { rows, exits, classes, logProbabilities, labels: checkedLabels, offsets: null };
}

function checkLabels(labels: ArrayLike<number>, classes: number): Int32Array {
  if (labels.length === 0) throw new InvalidDataError('Fitting an ensemble needs at least one row.');
  return Int32Array.from(labels, (label, row) => {
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      throw new InvalidDataError(`Expected labels from 0 to ${classes - 1}, received ${label} in row ${row}.`);
    }
    return label;
  });
}

/** Log-softmax of one row into another array; false where a value is not finite. */
function writeLogSoftmax(
  logits: Float32Array,
  from: number,
  classes: number,
  target: Float32Array,
  to: number,
): boolean {
  let maximum = Number.NEGATIVE_INFINITY;
  for (let label = 0; label < classes; label++) maximum = Math.max(maximum, logits[from + label] as number);
  let sum = 0;
  for (let label = 0; label < classes; label++) sum += Math.exp((logits[from + label] as number) - maximum);
  const logSum = maximum + Math.log(sum);
  let areFinite = true;
  for (let label = 0; label < classes; label++) {
    const logProbability = (logits[from + label] as number) - logSum;
    areFinite &&= Number.isFinite(logProbability);
    target[to + label] = logProbability;
  }
  return areFinite;
}

/** Mean cross-entropy (nats) of one exit's own prediction. */
export function crossEntropyOfExit({ rows, exits, classes, logProbabilities, labels }: FitRows, exit: number): number {
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    sum -= logProbabilities[(row * exits + exit) * classes + (labels[row] as number)] as number;
  }
  return sum / rows;
}

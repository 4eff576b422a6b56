// The data of a fit, laid out for its inner loops: the exits of one row are adjacent.

import { InvalidDataError, InvalidInputError } from '@ztw/core';

export interface FitRows {
  readonly rows: number;
  readonly exits: number;
  readonly classes: number;
  /** `[rows, exits, classes]`. Condensed rows hold only some classes of each row. */
  readonly logProbabilities: Float32Array;
  /** `[rows]` */
  readonly labels: Int32Array;
  /** `[rows, classes]`: added to the scores of classes that represent others too; null if rows are not condensed. */
  readonly offsets: Float32Array | null;
}

/**
 * Checks and lays out stored predictions.
 * @param logits One array per exit, `[rows, classes]`; log-probabilities work too.
 * @param labels `[rows]`
 * @throws InvalidDataError if there are no rows, or a label is not a class.
 * @throws InvalidInputError if arrays have the wrong length, or values are not finite.
 */
export function fitRows(logits: readonly Float32Array[], labels: ArrayLike<number>, classes: number): FitRows {
  if (!Number.isSafeInteger(classes) || classes < 1) {
    throw new InvalidInputError(`Expected a positive number of classes of an ensemble; received ${classes}.`, {
      expected: 'a positive integer',
      received: classes,
      path: 'classes',
    });
  }
  if (logits.length === 0) {
    throw new InvalidInputError('Expected the logits of at least one exit to fit an ensemble; received none.', {
      expected: 'at least 1',
      received: 0,
      path: 'logits',
    });
  }
  const rows = labels.length;
  const checkedLabels = checkLabels(labels, classes);
  const exits = logits.length;
  const logProbabilities = new Float32Array(rows * exits * classes);
  logits.forEach((values, exit) => {
    if (values.length !== rows * classes) {
      throw new InvalidInputError(
        `Expected ${rows} x ${classes} logits of exit ${exit} for ${rows} labels; received ${values.length} values.`,
        { expected: [rows, classes], received: values.length, path: `logits[${exit}]` },
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
      if (!areFinite) {
        throw new InvalidInputError(`Expected finite logits of exit ${exit}; received another value in row ${row}.`, {
          expected: 'finite numbers',
          path: `logits[${exit}]`,
        });
      }
    }
  });
  return { rows, exits, classes, logProbabilities, labels: checkedLabels, offsets: null };
}

function checkLabels(labels: ArrayLike<number>, classes: number): Int32Array {
  if (labels.length === 0) {
    throw new InvalidDataError('Expected at least one row to fit an ensemble; received none.', {
      expected: 'at least 1',
      received: 0,
      path: 'labels',
    });
  }
  return Int32Array.from(labels, (label, row) => {
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      throw new InvalidDataError(`Expected labels from 0 to ${classes - 1}; received ${label} in row ${row}.`, {
        expected: `0 to ${classes - 1}`,
        received: label,
        path: `labels[${row}]`,
      });
    }
    return label;
  });
}

/** Log-softmax of one row into another array; false if a value is not finite. */
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

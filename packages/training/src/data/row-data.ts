// Rows in memory in the form that the trainer reads, and subsets of training data.

import { InvalidDataError, type RowShape } from '@ztw/core';
import { rowSize, takeRows } from '@ztw/core/runtime';
import type { HeldOutData, TrainingData } from '../training/train-options.ts';

/** Input rows with their classes. */
export interface LabelledRows {
  /** Values `[rows, ...inputShape]`, prepared as the network expects its input, images with their channels first. */
  readonly rows: Float32Array;
  /** One class index per row. */
  readonly labels: Int32Array;
}

/**
 * @param what For messages: `training`.
 * @throws InvalidDataError if the number of values does not match the labels.
 */
export function labelledRowData(
  what: string,
  { rows: values, labels }: LabelledRows,
  inputShape: RowShape,
): HeldOutData {
  const width = rowSize(inputShape);
  if (values.length !== labels.length * width) {
    throw new InvalidDataError(
      `Expected ${labels.length} ${what} rows of [${inputShape.join(', ')}], one per label: ${labels.length * width} values; received ${values.length}.`,
      { expected: labels.length * width, received: values.length },
    );
  }
  return { rows: labels.length, labels, read: async (wanted) => gather(values, width, wanted) };
}

/** A subset of the rows of a training set, with all their copies. */
export function selectTrainingRows(data: TrainingData, rows: Int32Array): TrainingData {
  return {
    rows: rows.length,
    copies: data.copies,
    labels: data.labels && takeRows(data.labels, 1, rows),
    read: (wanted, copy) =>
      data.read(
        wanted.map((row) => rows[row] as number),
        copy,
      ),
  };
}

/** A subset of the rows of a training set, without augmentation. */
export function selectHeldOutRows(data: TrainingData, rows: Int32Array): HeldOutData {
  const { labels, read } = selectTrainingRows(data, rows);
  return { rows: rows.length, labels, read: (wanted) => read(wanted, 0) };
}

/** Rows may come several times. */
function gather(values: Float32Array, width: number, rows: Int32Array): Float32Array {
  const gathered = new Float32Array(rows.length * width);
  rows.forEach((row, position) => {
    gathered.set(values.subarray(row * width, (row + 1) * width), position * width);
  });
  return gathered;
}

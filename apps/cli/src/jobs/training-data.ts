// Image data as the trainer reads it: batches of input rows, by row number and copy.

import { InvalidDataError, type Preprocessing } from '@ztw/core';
import type { HeldOutData, TrainingData } from '@ztw/runtime-tfjs';
import { type LabelledData, toInput } from '../data/index.ts';

export const augmentations = ['none', 'flip'] as const;

/** `flip` adds a mirrored copy of every image. */
export type Augmentation = (typeof augmentations)[number];

export interface TrainingDataOptions {
  readonly preprocessing: Preprocessing;
  readonly augmentation: Augmentation;
  /** False: the labels are left aside, and the network's own answers are learned. */
  readonly useLabels: boolean;
}

/** @throws InvalidDataError when labels are to be used and there are none. */
export function trainingData(data: LabelledData, options: TrainingDataOptions): TrainingData {
  const { preprocessing, augmentation, useLabels } = options;
  if (useLabels && data.labels === null) {
    throw new InvalidDataError(
      `${data.name} has no labels. Sort the images into one folder per class, or pass --no-labels to learn from the network's own answers.`,
    );
  }
  return {
    rows: data.rows,
    copies: augmentation === 'flip' ? 2 : 1,
    labels: useLabels ? data.labels : null,
    read: async (rows, copy) => toInput(await data.pixels(rows), rows.length, preprocessing, { flip: copy === 1 }),
  };
}

/** Rows that are carried along and not trained on. */
export function heldOutData(data: LabelledData, preprocessing: Preprocessing): HeldOutData {
  return {
    rows: data.rows,
    labels: data.labels,
    read: async (rows) => toInput(await data.pixels(rows), rows.length, preprocessing),
  };
}

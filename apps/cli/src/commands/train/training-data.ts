// Image data as the trainer reads it: batches of input rows, by row number and copy.

import type { Preprocessing } from '@ztw/bundle';
import type { HeldOutData, TrainingData } from '@ztw/training';
import { type LabelledData, toInput } from '../../data/index.ts';

export const augmentations = ['none', 'flip'] as const;

/** `flip` adds a mirrored copy of every image. */
export type Augmentation = (typeof augmentations)[number];

export interface TrainingDataOptions {
  readonly preprocessing: Preprocessing;
  readonly augmentation: Augmentation;
}

/** Rows to train on. Without labels, ICs learn the network's own answers. */
export function trainingData(data: LabelledData, options: TrainingDataOptions): TrainingData {
  const { preprocessing, augmentation } = options;
  return {
    rows: data.rows,
    copies: augmentation === 'flip' ? 2 : 1,
    labels: data.labels,
    read: async (rows, copy) => toInput(await data.pixels(rows), rows.length, preprocessing, { flip: copy === 1 }),
  };
}

/** Held-out rows. */
export function heldOutData(data: LabelledData, preprocessing: Preprocessing): HeldOutData {
  return {
    rows: data.rows,
    labels: data.labels,
    read: async (rows) => toInput(await data.pixels(rows), rows.length, preprocessing),
  };
}

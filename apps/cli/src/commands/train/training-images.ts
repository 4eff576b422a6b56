// The images of a training job: those to train on, and those that are held out for ensemble and thresholds.

import { InvalidDataError, InvalidInputError } from '@ztw/core';
import { splitRows } from '@ztw/training';
import { type LabelledData, selectRows } from '../../data/index.ts';
import { type ImageSource, type OpenImagesOptions, openImages } from '../../images/open-images.ts';
import type { JobContext } from '../../program/job-context.ts';

/** Rows for ensemble and thresholds: a share of the training data, or data of their own. */
export type HeldOutChoice =
  | { readonly kind: 'split'; readonly fraction: number }
  | { readonly kind: 'data'; readonly path: string; readonly rows: string | null };

export interface TrainingImagesOptions extends Pick<OpenImagesOptions, 'preprocessing' | 'network'> {
  /** Null is enough where nothing is trained and the held-out rows have their own data. */
  readonly training: ImageSource | null;
  readonly heldOut: HeldOutChoice;
  /** Whether ICs will be trained. */
  readonly trains: boolean;
  /** False: labels of the training data are left aside. */
  readonly useLabels: boolean;
  readonly seed: number;
}

export interface TrainingImages {
  /** Null where nothing is trained. */
  readonly training: LabelledData | null;
  readonly heldOut: LabelledData;
}

/**
 * @throws InvalidInputError when the options leave out data that is needed, or hold no row out.
 * @throws InvalidDataError for data that cannot be trained on.
 */
export async function openTrainingImages(options: TrainingImagesOptions, context: JobContext): Promise<TrainingImages> {
  const { training: data, heldOut: choice, trains, preprocessing, network } = options;
  const open = async (source: ImageSource): Promise<LabelledData> =>
    openImages({ ...source, preprocessing, network }, context);
  const openForTraining = async (source: ImageSource): Promise<LabelledData> =>
    trainable(await open(source), trains, options.useLabels);
  if (choice.kind === 'data') {
    if (trains && data === null)
      throw new InvalidInputError('There are internal classifiers to train, but no --data to train them on.');
    return {
      training: trains && data !== null ? await openForTraining(data) : null,
      heldOut: await open({ path: choice.path, rows: choice.rows, limit: null }),
    };
  }
  if (data === null) throw new InvalidInputError('There are no images: give --data, --calibration-data or both.');
  const images = await openForTraining(data);
  if (!trains) return { training: null, heldOut: images };
  const { train, validation } = splitRows(images.rows, images.labels, {
    validation: choice.fraction,
    seed: options.seed,
  });
  if (train.length === 0 || validation.length === 0) {
    throw new InvalidInputError(
      `Of the ${images.rows} rows of ${images.name}, ${train.length} are left to train on and ${validation.length} are held out; both need at least one. Change --validation, or give --calibration-data.`,
    );
  }
  return { training: selectRows(images, train), heldOut: selectRows(images, validation) };
}

/** @throws InvalidDataError when labels are to be learned and there are none. */
function trainable(data: LabelledData, trains: boolean, useLabels: boolean): LabelledData {
  if (!useLabels) return { ...data, labels: null };
  if (trains && data.labels === null) {
    throw new InvalidDataError(
      `${data.name} has no labels. Sort the images into one folder per class, or pass --no-labels to learn from the network's own answers.`,
    );
  }
  return data;
}

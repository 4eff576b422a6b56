// The images of a training job: training rows, and held-out rows for ensemble and thresholds.

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
  /** May be null if nothing is trained and the held-out rows have their own data. */
  readonly training: ImageSource | null;
  readonly heldOut: HeldOutChoice;
  /** Whether ICs will be trained. */
  readonly trains: boolean;
  /** False: labels of the training data are ignored. */
  readonly useLabels: boolean;
  readonly seed: number;
}

export interface TrainingImages {
  /** null if nothing is trained. */
  readonly training: LabelledData | null;
  readonly heldOut: LabelledData;
}

/**
 * @throws InvalidInputError if required data are missing, or no row is held out.
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
      throw new InvalidInputError('Training internal classifiers needs images. Give them with --data.');
    return {
      training: trains && data !== null ? await openForTraining(data) : null,
      heldOut: await open({ path: choice.path, rows: choice.rows, limit: null }),
    };
  }
  if (data === null) throw new InvalidInputError('There are no images. Give --data, --calibration-data or both.');
  const images = await openForTraining(data);
  if (!trains) return { training: null, heldOut: images };
  const { train, validation } = splitRows(images.rows, images.labels, {
    validation: choice.fraction,
    seed: options.seed,
  });
  if (train.length === 0 || validation.length === 0) {
    throw new InvalidInputError(
      `Expected at least one training row and one held-out row; ${images.rows} rows of ${images.name} give ${train.length} and ${validation.length}. Change --validation, or give --calibration-data.`,
    );
  }
  return { training: selectRows(images, train), heldOut: selectRows(images, validation) };
}

/** @throws InvalidDataError if labels are needed and there are none. */
function trainable(data: LabelledData, trains: boolean, useLabels: boolean): LabelledData {
  if (!useLabels) return { ...data, labels: null };
  if (trains && data.labels === null) {
    throw new InvalidDataError(
      `Expected labelled images; ${data.name} has no labels. Sort the images into one folder per class, or add --no-labels to learn from the network's own answers.`,
    );
  }
  return data;
}

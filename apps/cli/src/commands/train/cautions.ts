import type { Preprocessing } from '@ztw/bundle';
import { isNormalisationGiven } from '../../data/index.ts';
import type { DataOptions } from './job-options.ts';

export interface TrainingCautionsOptions extends Pick<DataOptions, 'normalisation' | 'heldOut'> {
  readonly preprocessing: Preprocessing;
}

/** Notes on what the user may have overlooked, one or two sentences each. */
export function trainingCautions({
  normalisation,
  heldOut,
  preprocessing,
}: TrainingCautionsOptions): readonly string[] {
  return [
    ...(isNormalisationGiven(normalisation)
      ? [
          `Normalisation${normalisation.preset === undefined ? '' : ` of preset ${normalisation.preset}`}: mean ${preprocessing.mean.join(', ')}; standard deviation ${preprocessing.std.join(', ')}.`,
        ]
      : []),
    ...(heldOut.kind === 'split'
      ? [
          'Note: ensemble and thresholds are fitted on a part of --data. If the network was trained on these images, rows will leave too early; use --calibration-data.',
        ]
      : []),
  ];
}

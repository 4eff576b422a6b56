import type { Preprocessing } from '@ztw/bundle';
import type { DataOptions } from './job-options.ts';

export interface TrainingCautionsOptions extends Pick<DataOptions, 'normalisation' | 'heldOut'> {
  readonly preprocessing: Preprocessing;
}

/** What a person may have overlooked, one sentence or two each. */
export function trainingCautions({
  normalisation,
  heldOut,
  preprocessing,
}: TrainingCautionsOptions): readonly string[] {
  const { preset, mean, std } = normalisation;
  return [
    ...(preset === undefined && mean === undefined && std === undefined
      ? [
          'Note: no normalisation was given, so pixels go in as 0..1. If the network was trained otherwise, see --preset, --mean, --std.',
        ]
      : [
          `Normalisation${preset === undefined ? '' : ` by the preset ${preset}`}: mean ${preprocessing.mean.join(', ')}; standard deviation ${preprocessing.std.join(', ')}.`,
        ]),
    ...(heldOut.kind === 'split'
      ? [
          'Note: ensemble and thresholds are chosen on a part of --data. If the network was trained on it, they come out too bold; see --calibration-data.',
        ]
      : []),
  ];
}

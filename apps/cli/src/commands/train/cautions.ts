import type { Preprocessing } from '@ztw/bundle';
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
  const { preset, mean, std } = normalisation;
  return [
    ...(preset === undefined && mean === undefined && std === undefined
      ? [
          'Note: no normalisation was given, so pixels are scaled to 0..1 only. If the network was trained otherwise, use --preset, or --mean and --std.',
        ]
      : [
          `Normalisation${preset === undefined ? '' : ` of preset ${preset}`}: mean ${preprocessing.mean.join(', ')}; standard deviation ${preprocessing.std.join(', ')}.`,
        ]),
    ...(heldOut.kind === 'split'
      ? [
          'Note: ensemble and thresholds are fitted on a part of --data. If the network was trained on these images, rows will leave too early; use --calibration-data.',
        ]
      : []),
  ];
}

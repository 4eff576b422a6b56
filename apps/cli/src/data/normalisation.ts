// Translates options of a command to the Preprocessing that a bundle stores.

import type { Preprocessing } from '@ztw/bundle';
import { InvalidDataError, InvalidInputError, type RowShape } from '@ztw/core';

export interface Normalisation {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** Values of `--preset`, `--mean` and `--std`. */
export interface NormalisationOptions {
  readonly preset?: string | undefined;
  /** Comma-separated, one number for all channels or one each. */
  readonly mean?: string | undefined;
  readonly std?: string | undefined;
  readonly resize?: Preprocessing['resize'] | undefined;
}

const imagenet: Normalisation = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

/** Values of published networks; pixels are scaled to 0..1 first. */
export const normalisationPresets: Readonly<Record<string, Normalisation>> = {
  /** Pixels from 0 to 1. */
  none: { mean: [0], std: [1] },
  /** Pixels from -1 to 1. */
  signed: { mean: [0.5], std: [0.5] },
  /** Pixels from 0 to 255. */
  bytes: { mean: [0], std: [1 / 255] },
  imagenet,
  /** What the CIFAR ResNets were trained with. */
  cifar10: imagenet,
  'fashion-mnist': { mean: [0.286], std: [0.353] },
};

/** Whether the user said anything about the values of pixels. */
export function isNormalisationGiven({ preset, mean, std }: NormalisationOptions): boolean {
  return preset !== undefined || mean !== undefined || std !== undefined;
}

export const resizeModes: readonly Preprocessing['resize'][] = ['none', 'stretch', 'cover', 'contain'];

/**
 * The preprocessing for a network.
 * @param inputShape Row shape `[channels, height, width]` of the network's input.
 * @throws InvalidInputError for an unknown preset, an unreadable number or a wrong count of numbers.
 * @throws InvalidDataError if the network does not take images of 1 or 3 channels.
 */
export function createPreprocessing(inputShape: RowShape, options: NormalisationOptions = {}): Preprocessing {
  const [channels, height, width] = inputShape;
  if (inputShape.length !== 3 || (channels !== 1 && channels !== 3) || height === undefined || width === undefined) {
    throw new InvalidDataError(
      `Expected a network whose input row is [channels, height, width] with 1 or 3 channels; received [${inputShape.join(', ')}]. The command works with images only; use the packages for other data.`,
    );
  }
  const preset = normalisationPresets[options.preset ?? 'none'];
  if (preset === undefined) {
    throw new InvalidInputError(
      `Expected --preset ${Object.keys(normalisationPresets).join(', ')}; received "${options.preset}".`,
    );
  }
  const mean = options.mean === undefined ? preset.mean : parseNumbers('--mean', options.mean);
  const std = options.std === undefined ? preset.std : parseNumbers('--std', options.std);
  if (std.some((value) => value <= 0)) {
    throw new InvalidInputError(`Expected --std above 0 in every channel; received ${std.join(',')}.`);
  }
  return {
    channels,
    height,
    width,
    resize: options.resize ?? 'none',
    mean: perChannel('mean', mean, channels),
    std: perChannel('std', std, channels),
  };
}

/** The presets that fit the network's channels and differ from the given normalisation, without duplicates. */
export function otherPresets(preprocessing: Preprocessing): ReadonlyMap<string, Preprocessing> {
  const { channels } = preprocessing;
  const seen = new Set([key(preprocessing)]);
  const others = new Map<string, Preprocessing>();
  for (const [name, preset] of Object.entries(normalisationPresets)) {
    if (preset.mean.length !== 1 && preset.mean.length !== channels) continue;
    const mean = perChannel('mean', preset.mean, channels);
    const std = perChannel('std', preset.std, channels);
    if (seen.has(key({ mean, std }))) continue;
    seen.add(key({ mean, std }));
    others.set(name, { ...preprocessing, mean, std });
  }
  return others;
}

function key({ mean, std }: Normalisation): string {
  return JSON.stringify([mean, std]);
}

function parseNumbers(option: string, text: string): number[] {
  const values = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (!values.every(Number.isFinite)) {
    throw new InvalidInputError(
      `Expected ${option} as numbers separated by commas, such as 0.485,0.456,0.406; received "${text}".`,
      { received: text, path: option },
    );
  }
  return values;
}

function perChannel(what: string, values: readonly number[], channels: number): readonly number[] {
  if (values.length === channels) return values;
  if (values.length === 1) return new Array<number>(channels).fill(values[0] as number);
  throw new InvalidInputError(
    `The ${what} has ${values.length} numbers and the network's input ${channels} channel${channels === 1 ? '' : 's'}. Give one number per channel, or one for all.`,
  );
}

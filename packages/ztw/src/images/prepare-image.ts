// From images to rows of a network's input.

import type { Preprocessing } from '@ztw/bundle';
import { InvalidInputError } from '@ztw/core';
import { fitPixels } from '../pixels/fit-pixels.ts';
import { normalisePixels } from '../pixels/normalise-pixels.ts';
import { checkPixels, type Pixels } from '../pixels/pixels.ts';
import type { Platform } from '../platform/platform.ts';
import { describeValue, tagOf } from './describe-value.ts';

/** How an image is prepared in a worker; plain data. */
export interface PrepareSettings {
  readonly preprocessing: Preprocessing;
  /** Its place in the input, for messages. */
  readonly what: string;
}

/**
 * Decodes an image, fits it to the network, and normalises it.
 * @param what Its place in the input, for messages: `The image`, `Image 3`.
 * @param target Where to write: float32 `[channels, height, width]`.
 * @throws InvalidInputError or InvalidDataError for a value that is no image, or one that cannot be read.
 */
export async function prepareImage(
  image: unknown,
  what: string,
  target: Float32Array,
  preprocessing: Preprocessing,
  platform: Platform,
): Promise<void> {
  normalisePixels(fitPixels(await pixelsOf(image, what, platform), preprocessing), target, preprocessing);
}

async function pixelsOf(image: unknown, what: string, platform: Platform): Promise<Pixels> {
  if (isRawPixels(image)) {
    checkPixels(image);
    return image;
  }
  const pixels = await platform.readPixels(image, what);
  if (pixels !== null) return pixels;
  const received = describeValue(image);
  throw new InvalidInputError(`Expected ${platform.imageKinds}; received ${received}.${adviceFor(image)}`, {
    expected: platform.imageKinds,
    received,
    path: 'input',
  });
}

function isRawPixels(value: unknown): value is Pixels {
  return tagOf(value) === 'Object' && 'width' in (value as object) && 'data' in (value as object);
}

function adviceFor(value: unknown): string {
  const tag = tagOf(value);
  if (tag === 'Promise') return ' Await it first.';
  if (tag.endsWith('Array')) return ' Pass normalised values as rows: { data, rows }.';
  return '';
}

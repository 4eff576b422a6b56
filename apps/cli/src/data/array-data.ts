// Rows of raw pixels (IDX, CIFAR, .npy, packages) as a data set. They are converted to the requested size and channels
// when they are read.

import { InvalidDataError } from '@ztw/core';
import { fitPixels, sizeMismatch } from './fit-pixels.ts';
import type { LabelledData, PixelTarget } from './labelled-data.ts';
import { checkRows, limitRows } from './select.ts';

/** Images of one size in memory. */
export interface PixelArray {
  /** For reports and row names. */
  readonly name: string;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  /** Whether the channels of a row are last (`[height, width, channels]`) or first (planes). */
  readonly layout: 'channels-last' | 'channels-first';
  readonly labels: Int32Array | null;
  readonly classNames: readonly string[] | null;
  /** uint8 values of one image in its layout; may be a view. */
  row(index: number): Uint8Array;
}

/**
 * @param limit See `limitRows`.
 * @throws InvalidDataError for an empty array, another number of labels, or another size that must not be resized.
 */
export function openArray(array: PixelArray, target: PixelTarget, limit?: number): LabelledData {
  const { name, height, width, labels } = array;
  if (array.count === 0) throw new InvalidDataError(`Expected images; ${name} holds none.`);
  // A row without bytes takes no space in the file, so the header may claim billions of rows.
  if (height < 1 || width < 1)
    throw new InvalidDataError(
      `Expected images of at least one pixel; ${name} holds images of ${width} x ${height} pixels.`,
    );
  if (labels !== null && labels.length !== array.count) {
    throw new InvalidDataError(
      `Expected one label per image; ${name} holds ${array.count} images and ${labels.length} labels.`,
      { expected: array.count, received: labels.length, path: name },
    );
  }
  if (target.resize === 'none' && (height !== target.height || width !== target.width)) {
    throw new InvalidDataError(`Each image of ${name} ${sizeMismatch(height, width, target)}.`);
  }
  const chosen = limitRows(array.count, labels, limit);
  const rowBytes = target.height * target.width * target.channels;
  return {
    name,
    rows: chosen.length,
    labels: labels === null ? null : chosen.map((index) => labels[index] as number),
    classNames: array.classNames,
    height: target.height,
    width: target.width,
    channels: target.channels,
    skipped: [],
    rowName: (row) => `${name}#${chosen[row]}`,
    pixels: async (rows) => {
      checkRows(rows, chosen.length, name);
      const pixels = new Uint8Array(rows.length * rowBytes);
      for (const [position, row] of rows.entries()) {
        const index = chosen[row] as number;
        const image = { pixels: channelsLast(array.row(index), array), height, width, channels: array.channels };
        pixels.set(fitPixels(image, target), position * rowBytes);
      }
      return pixels;
    },
  };
}

function channelsLast(pixels: Uint8Array, { layout, height, width, channels }: PixelArray): Uint8Array {
  if (layout === 'channels-last' || channels === 1) return pixels;
  const plane = height * width;
  const interleaved = new Uint8Array(pixels.length);
  for (let channel = 0; channel < channels; channel++) {
    for (let index = 0; index < plane; index++) {
      interleaved[index * channels + channel] = pixels[channel * plane + index] as number;
    }
  }
  return interleaved;
}

import type { Preprocessing } from '@ztw/bundle';
import { InvalidInputError } from '@ztw/core';

export interface ToInputOptions {
  /** Mirrors every row from left to right. */
  readonly flip?: boolean;
}

/**
 * Pixels to the network's input: `(value / 255 - mean) / std` per channel.
 * @param pixels uint8 `[rows, height, width, channels]`.
 * @returns float32 `[rows, channels, height, width]`.
 * @throws InvalidInputError if the pixels do not have that length.
 */
export function toInput(
  pixels: Uint8Array,
  rows: number,
  preprocessing: Preprocessing,
  options: ToInputOptions = {},
): Float32Array {
  const { channels, height, width } = preprocessing;
  const plane = height * width;
  if (pixels.length !== rows * plane * channels) {
    throw new InvalidInputError(
      `Expected ${rows} x ${height} x ${width} x ${channels} = ${rows * plane * channels} pixel values, received ${pixels.length}.`,
    );
  }
  const flip = options.flip ?? false;
  const input = new Float32Array(rows * channels * plane);
  for (let channel = 0; channel < channels; channel++) {
    const table = normalisationTable(preprocessing.mean[channel] ?? 0, preprocessing.std[channel] ?? 1);
    for (let row = 0; row < rows; row++) {
      const source = row * plane * channels + channel;
      const target = (row * channels + channel) * plane;
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const sourceX = flip ? width - 1 - x : x;
          const value = pixels[source + (y * width + sourceX) * channels] as number;
          input[target + y * width + x] = table[value] as number;
        }
      }
    }
  }
  return input;
}

/** A pixel has 256 possible values, so the arithmetic runs 256 times per channel instead of once per pixel. */
function normalisationTable(mean: number, std: number): Float32Array {
  return Float32Array.from({ length: 256 }, (_, value) => (value / 255 - mean) / std);
}

import type { Preprocessing } from '@ztw/bundle';
import { InvalidInputError } from '@ztw/core';

/**
 * Pixels to the network's input: `(value / 255 - mean) / std` per channel.
 * @param pixels uint8 `[rows, height, width, channels]`.
 * @param target Where to write: float32 `[rows, channels, height, width]`.
 * @throws InvalidInputError if the pixels or the target do not have that length.
 */
export function normalisePixels(pixels: Uint8Array, target: Float32Array, preprocessing: Preprocessing): void {
  const { channels, height, width, mean, std } = preprocessing;
  const plane = height * width;
  const rows = pixels.length / (plane * channels);
  if (!Number.isInteger(rows) || target.length !== pixels.length) {
    throw new InvalidInputError(
      `Expected pixels of whole rows of ${height} x ${width} x ${channels} values, and room for as many; received ${pixels.length} and ${target.length}.`,
      { expected: plane * channels, received: pixels.length, path: 'pixels' },
    );
  }
  for (let channel = 0; channel < channels; channel++) {
    const table = normalisationTable(mean[channel] ?? 0, std[channel] ?? 1);
    for (let row = 0; row < rows; row++) {
      const write = (row * channels + channel) * plane;
      let read = row * plane * channels + channel;
      for (let pixel = 0; pixel < plane; pixel++, read += channels) {
        target[write + pixel] = table[pixels[read] as number] as number;
      }
    }
  }
}

/** A pixel has 256 possible values, so the arithmetic runs 256 times per channel instead of once per pixel. */
function normalisationTable(mean: number, std: number): Float32Array {
  return Float32Array.from({ length: 256 }, (_, value) => (value / 255 - mean) / std);
}

import { InvalidInputError } from '@ztw/core';

/** An image as raw 8-bit pixels, row by row, channels last. */
export interface Pixels {
  /** `[height, width, channels]`: gray, gray and alpha, RGB, or RGB and alpha. */
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 2 | 3 | 4;
}

/**
 * Checks pixels that a caller passed in.
 * @throws InvalidInputError naming the field that does not fit.
 */
export function checkPixels({ data, width, height, channels }: Pixels): void {
  for (const [path, size] of [
    ['width', width],
    ['height', height],
  ] as const) {
    if (!Number.isSafeInteger(size) || size < 1) {
      throw new InvalidInputError(`Expected a whole number from 1 on as the ${path} of pixels; received ${size}.`, {
        expected: 'a whole number from 1 on',
        received: size,
        path,
      });
    }
  }
  if (![1, 2, 3, 4].includes(channels)) {
    throw new InvalidInputError(
      `Expected 1 (gray), 2 (gray, alpha), 3 (RGB) or 4 (RGBA) channels of pixels; received ${channels}. ` +
        'Pass { data, width, height, channels }.',
      { expected: [1, 2, 3, 4], received: channels, path: 'channels' },
    );
  }
  if (!(data instanceof Uint8Array || data instanceof Uint8ClampedArray)) {
    throw new InvalidInputError(
      'Expected pixels of 8 bits, in a Uint8Array or Uint8ClampedArray; received another value. ' +
        'Pass normalised values as rows: { data, rows }.',
      { expected: 'a Uint8Array', received: Object.prototype.toString.call(data).slice(8, -1), path: 'data' },
    );
  }
  const expected = width * height * channels;
  if (data.length !== expected) {
    throw new InvalidInputError(
      `Expected ${expected} pixel values for ${width} x ${height} pixels of ${channels} channels; received ${data.length}.`,
      { expected, received: data.length, path: 'data' },
    );
  }
}

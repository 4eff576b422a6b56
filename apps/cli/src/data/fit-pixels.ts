// Converts one image to the size and channels of a network, with the pixels that `classify` of the package `ztw` gets in
// programs and browsers. Pixels are uint8, channels last.

import { InvalidDataError } from '@ztw/core';
import { fitPixels as fit } from 'ztw/pixels';
import type { PixelTarget } from './labelled-data.ts';

/** uint8 `[height, width, channels]`. */
export interface RawImage {
  readonly pixels: Uint8Array;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/**
 * Converts an image to the target. It is resized with an antialiased bilinear filter, cropped in the middle (`cover`)
 * or padded with black (`contain`). Then gray is made from RGB by luma, or RGB from gray by repetition.
 * @returns uint8 `[target.height, target.width, target.channels]`; the image's own bytes if nothing has to change.
 * @throws InvalidDataError if the size differs and the target forbids resizing.
 */
export function fitPixels({ pixels, height, width, channels }: RawImage, target: PixelTarget): Uint8Array {
  if (target.resize === 'none' && (height !== target.height || width !== target.width)) {
    throw new InvalidDataError(`The image ${sizeMismatch(height, width, target)}.`);
  }
  if (channels !== 1 && channels !== 3)
    throw new InvalidDataError(`An image has ${channels} channels, expected 1 or 3.`);
  return fit({ data: pixels, width, height, channels }, target);
}

/** Message for an image of another size without a resize mode. */
export function sizeMismatch(height: number, width: number, target: PixelTarget): string {
  return `is ${width} x ${height} pixels, expected ${target.width} x ${target.height}. Choose how to resize with --resize of ztw train or ztw run: stretch, cover or contain`;
}

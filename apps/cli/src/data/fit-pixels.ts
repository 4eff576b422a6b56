// Converts one image to the size and channels of a network. Pixels are uint8, channels last.

import { InvalidDataError } from '@ztw/core';
import sharp, { type FitEnum, type Sharp } from 'sharp';
import type { PixelTarget } from './labelled-data.ts';

/** uint8 `[height, width, channels]`. */
export interface RawImage {
  readonly pixels: Uint8Array;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

const fits: Readonly<Record<Exclude<PixelTarget['resize'], 'none'>, keyof FitEnum>> = {
  stretch: 'fill',
  cover: 'cover',
  contain: 'contain',
};

/**
 * Converts an image to the target. It is resized with an antialiased bilinear filter, cropped in the middle (`cover`)
 * or padded with black (`contain`). Then gray is made from RGB by luma, or RGB from gray by repetition.
 * @returns uint8 `[target.height, target.width, target.channels]`; the image's own bytes if nothing has to change.
 * @throws InvalidDataError if the size differs and the target forbids resizing.
 */
export async function fitPixels(image: RawImage, target: PixelTarget): Promise<Uint8Array> {
  const resized = await resize(image, target);
  return convertChannels(resized.pixels, resized.channels, target.channels);
}

/** Message for an image of another size without a resize mode. */
export function sizeMismatch(height: number, width: number, target: PixelTarget): string {
  return `is ${width} x ${height} pixels, expected ${target.width} x ${target.height}. Choose how to resize with --resize of ztw train or ztw run: stretch, cover or contain`;
}

/** Adds resizing to the target to a pipeline of sharp. */
export function addResize(pipeline: Sharp, target: PixelTarget): Sharp {
  if (target.resize === 'none') return pipeline;
  return pipeline.resize(target.width, target.height, {
    fit: fits[target.resize],
    kernel: 'linear',
    background: { r: 0, g: 0, b: 0 },
    // Shrinking while decoding is faster, but gives a JPEG other pixels than the same image as PNG.
    fastShrinkOnLoad: false,
  });
}

/** Gray from RGB by luma (BT.601, as Pillow rounds it), RGB from gray by repetition. */
export function convertChannels(pixels: Uint8Array, from: number, to: 1 | 3): Uint8Array {
  if (from === to) return pixels;
  if (from === 1) {
    const rgb = new Uint8Array(pixels.length * 3);
    for (let index = 0; index < pixels.length; index++) rgb.fill(pixels[index] as number, index * 3, index * 3 + 3);
    return rgb;
  }
  if (from !== 3) throw new InvalidDataError(`An image has ${from} channels, expected 1 or 3.`);
  const gray = new Uint8Array(pixels.length / 3);
  for (let index = 0; index < gray.length; index++) {
    const red = pixels[index * 3] as number;
    const green = pixels[index * 3 + 1] as number;
    const blue = pixels[index * 3 + 2] as number;
    gray[index] = (red * 19595 + green * 38470 + blue * 7471 + 32768) >> 16;
  }
  return gray;
}

async function resize(image: RawImage, target: PixelTarget): Promise<RawImage> {
  const { height, width, channels } = image;
  if (height === target.height && width === target.width) return image;
  if (target.resize === 'none') throw new InvalidDataError(`The image ${sizeMismatch(height, width, target)}.`);
  if (channels !== 1 && channels !== 3)
    throw new InvalidDataError(`An image has ${channels} channels, expected 1 or 3.`);
  const pipeline = sharp(image.pixels, { raw: { height, width, channels } });
  const { data, info } = await addResize(pipeline, target).raw().toBuffer({ resolveWithObject: true });
  return { pixels: data, height: info.height, width: info.width, channels: info.channels };
}

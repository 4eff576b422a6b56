// From an image of any size to the size and channels of a network.

import type { Preprocessing } from '@ztw/bundle';
import { InvalidInputError } from '@ztw/core';
import type { Pixels } from './pixels.ts';
import { type ResampledAxis, resizePixels } from './resize-pixels.ts';

/**
 * How an image of another size is fitted: `stretch` ignores its proportions, `cover` crops it in the middle, `contain`
 * adds black borders, and `none` refuses it.
 */
export type Resize = Preprocessing['resize'];

/** The size and channels of a network's input. */
export type FitTarget = Pick<Preprocessing, 'channels' | 'height' | 'width' | 'resize'>;

/** How one axis of an image is fitted. */
interface FittedAxis {
  readonly axis: ResampledAxis;
  /** Black pixels before the image. */
  readonly border: number;
}

/**
 * Fits an image to a network's input: resamples it with an antialiased bilinear filter, drops its alpha channel, and
 * makes gray of RGB by luma (BT.601) or RGB of gray by repetition.
 * @returns uint8 `[target.height, target.width, target.channels]`; it may be the image's own memory if nothing changes.
 * @throws InvalidInputError if the size differs and `target.resize` is `none`.
 */
export function fitPixels(image: Pixels, target: FitTarget): Uint8Array {
  const { data, width, height, channels: stride } = image;
  const channels = stride <= 2 ? 1 : 3;
  const isFitting = width === target.width && height === target.height;
  if (!isFitting && target.resize === 'none') {
    throw new InvalidInputError(
      `Expected an image of ${target.width} x ${target.height} pixels; received ${width} x ${height}. ` +
        "Choose how to fit it: resize 'stretch', 'cover' or 'contain'.",
      { expected: [target.width, target.height], received: [width, height], path: 'resize' },
    );
  }
  if (isFitting && stride === channels) return convertChannels(bytesOf(data), channels, target.channels);
  const { horizontal, vertical } = isFitting ? sameSize(target) : fitAxes(image, target);
  const resized = resizePixels(data, stride, channels, horizontal.axis, vertical.axis);
  return convertChannels(addBorders(resized, channels, horizontal, vertical, target), channels, target.channels);
}

/** Gray from RGB by luma (BT.601, as Pillow rounds it), RGB from gray by repetition. */
export function convertChannels(pixels: Uint8Array, from: 1 | 3, to: 1 | 3): Uint8Array {
  if (from === to) return pixels;
  if (from === 1)
    return Uint8Array.from({ length: pixels.length * 3 }, (_, index) => pixels[Math.floor(index / 3)] ?? 0);
  const gray = new Uint8Array(pixels.length / 3);
  for (let index = 0; index < gray.length; index++) {
    const red = pixels[index * 3] as number;
    const green = pixels[index * 3 + 1] as number;
    const blue = pixels[index * 3 + 2] as number;
    gray[index] = (red * 19595 + green * 38470 + blue * 7471 + 32768) >> 16;
  }
  return gray;
}

interface FittedAxes {
  readonly horizontal: FittedAxis;
  readonly vertical: FittedAxis;
}

function sameSize({ width, height }: FitTarget): FittedAxes {
  const whole = (size: number): FittedAxis => ({
    axis: { source: size, target: size, step: 1, start: 0 },
    border: 0,
  });
  return { horizontal: whole(width), vertical: whole(height) };
}

function fitAxes({ width, height }: Pixels, target: FitTarget): FittedAxes {
  const steps = [width / target.width, height / target.height] as const;
  const common = target.resize === 'cover' ? Math.min(...steps) : Math.max(...steps);
  const [across, down] = target.resize === 'stretch' ? steps : [common, common];
  return { horizontal: fitAxis(width, target.width, across), vertical: fitAxis(height, target.height, down) };
}

/** Centres the image on the target, cropped or with borders where its scaled size differs. */
function fitAxis(source: number, target: number, step: number): FittedAxis {
  const scaled = Math.max(1, Math.round(source / step));
  const visible = Math.min(scaled, target);
  const cropped = Math.floor((scaled - visible + 1) / 2);
  const start = source / 2 + (cropped - scaled / 2) * step;
  return { axis: { source, target: visible, step, start }, border: Math.floor((target - visible) / 2) };
}

function addBorders(
  pixels: Uint8Array,
  channels: number,
  horizontal: FittedAxis,
  vertical: FittedAxis,
  { width, height }: FitTarget,
): Uint8Array {
  if (horizontal.axis.target === width && vertical.axis.target === height) return pixels;
  const whole = new Uint8Array(height * width * channels);
  const rowValues = horizontal.axis.target * channels;
  for (let y = 0; y < vertical.axis.target; y++) {
    const start = ((vertical.border + y) * width + horizontal.border) * channels;
    whole.set(pixels.subarray(y * rowValues, (y + 1) * rowValues), start);
  }
  return whole;
}

function bytesOf(data: Uint8Array | Uint8ClampedArray): Uint8Array {
  return data instanceof Uint8Array ? data : new Uint8Array(data.buffer, data.byteOffset, data.length);
}

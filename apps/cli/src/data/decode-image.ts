import { InvalidDataError } from '@ztw/core';
import sharp from 'sharp';
import { fitPixels, sizeMismatch } from './fit-pixels.ts';
import type { PixelTarget } from './labelled-data.ts';
import { imagePixelsLimit } from './limits.ts';
import type { PixelBudget } from './pixel-budget.ts';
import { damagedPngChunk } from './png-checksums.ts';

/** Names of image files. A file with such a name that is no image is reported, not ignored. */
export const imageExtension: RegExp = /\.(jpe?g|png|webp)$/i;

/** Number of leading bytes that identify the format. */
export const imageHeadBytes = 12;

/** Format of an encoded image by its first bytes, or null. */
export function imageFormat(head: Uint8Array): 'jpeg' | 'png' | 'webp' | null {
  const text = (start: number, end: number) => String.fromCharCode(...head.subarray(start, end));
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return 'jpeg';
  if (head[0] === 0x89 && text(1, 4) === 'PNG') return 'png';
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'WEBP') return 'webp';
  return null;
}

/**
 * Decodes a JPEG, PNG or WebP image: rotates it by its EXIF orientation, converts it to 8-bit sRGB, drops its
 * transparency, then resizes and converts it for the target.
 * @param budget Limits the pixels that are decoded at the same time.
 * @returns uint8 `[target.height, target.width, target.channels]`.
 * @throws InvalidDataError with the reason, without the image's name.
 */
export async function decodeImage(encoded: Uint8Array, target: PixelTarget, budget: PixelBudget): Promise<Uint8Array> {
  if (encoded.length === 0) throw new InvalidDataError('the file is empty');
  const format = imageFormat(encoded);
  if (format === null) throw new InvalidDataError('it is neither a JPEG nor a PNG nor a WebP image');
  const damaged = format === 'png' ? damagedPngChunk(encoded) : null;
  if (damaged !== null) throw new InvalidDataError(`it is damaged: the checksum of its ${damaged} chunk is wrong`);
  // `error` fails on truncated and damaged pixels but accepts warnings about metadata.
  const upright = sharp(encoded, { failOn: 'error', limitInputPixels: imagePixelsLimit }).autoOrient();
  // Only the header is read for the size. There is no limit here, so that the message can name the size.
  const header = sharp(encoded, { failOn: 'error', limitInputPixels: false }).metadata();
  const { width: storedWidth, height: storedHeight } = await header.catch(refuse);
  const pixels = storedWidth * storedHeight;
  if (pixels > imagePixelsLimit) {
    throw new InvalidDataError(
      `it has ${storedWidth} x ${storedHeight} pixels; at most ${imagePixelsLimit} can be decoded. Make it smaller`,
    );
  }
  const pipeline = upright.toColourspace('srgb').removeAlpha().raw();
  const decoded = await budget.run(pixels, () => pipeline.toBuffer({ resolveWithObject: true }).catch(refuse));
  const { height, width, channels } = decoded.info;
  if (target.resize === 'none' && (height !== target.height || width !== target.width)) {
    throw new InvalidDataError(`it ${sizeMismatch(height, width, target)}`);
  }
  return fitPixels({ pixels: decoded.data, height, width, channels }, target);
}

function refuse(error: unknown): never {
  const reason = error instanceof Error ? error.message : String(error);
  throw new InvalidDataError(`it cannot be decoded: ${reason.replaceAll('\n', ' ').trim()}`, { cause: error });
}

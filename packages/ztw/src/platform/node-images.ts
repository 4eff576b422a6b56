// Images in Node. `sharp` decodes them; it is an optional peer, loaded with the first image.

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { InvalidDataError, UnsupportedModelError } from '@ztw/core';
import { tagOf } from '../images/describe-value.ts';
import type { Pixels } from '../pixels/pixels.ts';

/** Most pixels of one image: 8192 x 8192. */
const imagePixelsLimit = 64 * 2 ** 20;

/** Decodes an image in Node; null for a value that is none. */
export async function readNodePixels(image: unknown, what: string): Promise<Pixels | null> {
  switch (tagOf(image)) {
    case 'ImageData': {
      const { data, width, height } = image as ImageData;
      return { data: data as Uint8ClampedArray, width, height, channels: 4 };
    }
    case 'String':
    case 'URL':
      return decode(await readImageFile(String(image), what), what);
    case 'Blob':
    case 'File':
      return decode(new Uint8Array(await (image as Blob).arrayBuffer()), what);
    case 'Uint8Array':
      return decode(image as Uint8Array, what);
    case 'ArrayBuffer':
      return decode(new Uint8Array(image as ArrayBuffer), what);
    default:
      return null;
  }
}

async function readImageFile(place: string, what: string): Promise<Uint8Array> {
  try {
    if (!/^(https?|data|blob):/i.test(place)) {
      return await readFile(/^file:/i.test(place) ? fileURLToPath(place) : place);
    }
    const response = await fetch(place);
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw new InvalidDataError(
      `${what} could not be read from ${place}: ${cause instanceof Error ? cause.message : cause}.`,
      { cause, path: place },
    );
  }
}

async function decode(encoded: Uint8Array, what: string): Promise<Pixels> {
  const sharp = await loadSharp();
  try {
    // `error` fails on truncated and damaged pixels but accepts warnings about metadata.
    const { data, info } = await sharp(encoded, { failOn: 'error', limitInputPixels: imagePixelsLimit })
      .autoOrient()
      .toColourspace('srgb')
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    return { data, width, height, channels: channels as Pixels['channels'] };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.replaceAll('\n', ' ').trim() : String(cause);
    throw new InvalidDataError(`${what} cannot be decoded: ${reason}. Pass a JPEG, PNG or WebP image.`, { cause });
  }
}

async function loadSharp(): Promise<typeof import('sharp')> {
  try {
    return (await import('sharp')).default;
  } catch (cause) {
    throw new UnsupportedModelError(
      'Expected the package sharp, which decodes images in Node; it is not installed. ' +
        'Run npm install sharp, or pass pixels { data, width, height, channels }.',
      { cause, expected: 'sharp', path: 'sharp' },
    );
  }
}

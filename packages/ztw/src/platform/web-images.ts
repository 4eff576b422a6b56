// Pixels of everything that a browser can draw.

import { InvalidDataError, InvalidInputError } from '@ztw/core';
import { tagOf } from '../images/describe-value.ts';
import type { Pixels } from '../pixels/pixels.ts';
import type { SentImage } from './platform.ts';

type Drawable =
  | HTMLImageElement
  | HTMLCanvasElement
  | OffscreenCanvas
  | ImageBitmap
  | HTMLVideoElement
  | VideoFrame
  | SVGImageElement;

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Decodes an image of a browser; null for a value that is none. */
export async function readWebPixels(image: unknown, what: string): Promise<Pixels | null> {
  switch (tagOf(image)) {
    case 'ImageData': {
      const { data, width, height } = image as ImageData;
      return { data: eightBits(data, what), width, height, channels: 4 };
    }
    case 'Blob':
    case 'File':
      return decodeBlob(image as Blob, what);
    case 'String':
    case 'URL':
      return decodeBlob(await fetchImage(String(image), what), what);
    case 'Uint8Array':
      return decodeBlob(new Blob([image as Uint8Array<ArrayBuffer>]), what);
    case 'ArrayBuffer':
      return decodeBlob(new Blob([image as ArrayBuffer]), what);
    case 'HTMLImageElement':
      await decodeElement(image as HTMLImageElement, what);
      return draw(image as HTMLImageElement, what);
    case 'HTMLCanvasElement':
    case 'OffscreenCanvas':
    case 'ImageBitmap':
    case 'HTMLVideoElement':
    case 'VideoFrame':
      return draw(image as Drawable, what);
    default:
      return null;
  }
}

/** Elements become bitmaps, which can be moved; everything else is copied as it is. */
export async function imageForWorker(image: unknown, what: string): Promise<SentImage | null> {
  switch (tagOf(image)) {
    case 'String':
    case 'URL':
      return { image: await fetchImage(String(image), what), transfer: [] };
    case 'HTMLImageElement':
      await decodeElement(image as HTMLImageElement, what);
      return sentBitmap(image as HTMLImageElement, what);
    case 'HTMLCanvasElement':
    case 'OffscreenCanvas':
    case 'ImageBitmap':
    case 'HTMLVideoElement':
    case 'VideoFrame':
      return sentBitmap(image as Drawable, what);
    case 'ImageData':
    case 'Blob':
    case 'File':
    case 'Uint8Array':
    case 'ArrayBuffer':
      return { image, transfer: [] };
    default:
      return null;
  }
}

/** A copy of what is seen now: a canvas or video may go on. */
async function sentBitmap(image: Drawable, what: string): Promise<SentImage> {
  const { width, height } = sizeOf(image);
  if (!(width >= 1 && height >= 1)) throw withoutPixels(what, width, height);
  const bitmap = await createImageBitmap(image).catch((cause: unknown) => Promise.reject(unreadable(what, cause)));
  return { image: bitmap, transfer: [bitmap] };
}

async function fetchImage(url: string, what: string): Promise<Blob> {
  let reason: string;
  try {
    const response = await fetch(url);
    if (response.ok) return await response.blob();
    reason = `the server answered ${response.status}`;
  } catch (cause) {
    reason = cause instanceof Error ? cause.message : String(cause);
  }
  throw new InvalidDataError(`${what} could not be fetched from ${url}: ${reason}. Check the address.`, { path: url });
}

async function decodeBlob(blob: Blob, what: string): Promise<Pixels> {
  let bitmap: ImageBitmap;
  try {
    // Straight colours, as training reads them: where an image is transparent, its colour is not darkened.
    bitmap = await createImageBitmap(blob, { premultiplyAlpha: 'none' });
  } catch (cause) {
    throw new InvalidDataError(
      `${what} cannot be decoded: it is no image that this browser reads (${blob.type || 'of unknown type'}, ${blob.size} bytes).`,
      { cause, expected: 'an image', received: blob.type },
    );
  }
  try {
    return draw(bitmap, what);
  } finally {
    bitmap.close();
  }
}

async function decodeElement(image: HTMLImageElement, what: string): Promise<void> {
  try {
    await image.decode();
  } catch (cause) {
    throw new InvalidInputError(
      `${what} is an <img> that cannot be decoded (${image.currentSrc || 'without a source'}). Set its src to an image.`,
      { cause, expected: 'a decoded image', path: image.currentSrc },
    );
  }
}

function draw(image: Drawable, what: string): Pixels {
  const { width, height } = sizeOf(image);
  if (!(width >= 1 && height >= 1)) throw withoutPixels(what, width, height);
  const context = canvasOf({ width, height });
  try {
    context.drawImage(image, 0, 0, width, height);
    return { data: eightBits(context.getImageData(0, 0, width, height).data, what), width, height, channels: 4 };
  } catch (cause) {
    throw unreadable(what, cause);
  }
}

function withoutPixels(what: string, width: number, height: number): InvalidInputError {
  return new InvalidInputError(
    `${what} has no pixels (${width} x ${height}). Wait until it is loaded: image.decode(), or the event loadeddata of a video.`,
    { expected: 'at least one pixel', received: [width, height] },
  );
}

function unreadable(what: string, cause: unknown): InvalidInputError {
  return new InvalidInputError(
    `${what} cannot be read (${cause instanceof Error ? cause.message : cause}). ` +
      'An image of another site must be loaded with crossOrigin="anonymous", and a video frame must not be closed.',
    { cause, expected: 'an image whose pixels may be read' },
  );
}

function sizeOf(image: Drawable): Size {
  if ('naturalWidth' in image) return { width: image.naturalWidth, height: image.naturalHeight };
  if ('videoWidth' in image) return { width: image.videoWidth, height: image.videoHeight };
  if ('displayWidth' in image) return { width: image.displayWidth, height: image.displayHeight };
  return image as Size;
}

function canvasOf({ width, height }: Size): CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D {
  const settings = { willReadFrequently: true };
  const canvas =
    typeof OffscreenCanvas === 'undefined'
      ? Object.assign(document.createElement('canvas'), { width, height })
      : new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', settings) as
    | CanvasRenderingContext2D
    | OffscreenCanvasRenderingContext2D
    | null;
  if (context !== null) return context;
  throw new InvalidInputError(
    `Expected an image that fits a canvas of this browser; received ${width} x ${height}. Make it smaller.`,
    { received: [width, height] },
  );
}

function eightBits(data: unknown, what: string): Uint8ClampedArray {
  if (data instanceof Uint8ClampedArray) return data;
  throw new InvalidInputError(
    `${what} is an ImageData of another format than 8 bits per channel. Pass pixels of 8 bits.`,
    {
      expected: 'Uint8ClampedArray',
      received: tagOf(data),
    },
  );
}

// Encoded images, from a folder or an archive, as a data set. Every image is decoded once when the data set is opened,
// so that invalid images are known before the first row is used. Pixels are kept if they fit in memory. Otherwise they
// are decoded again on demand, with the same result.

import { InvalidDataError } from '@ztw/core';
import { forEachBounded } from './bounded.ts';
import { decodeImage } from './decode-image.ts';
import type { DataProgress, LabelledData, PixelTarget, SkippedRow } from './labelled-data.ts';
import { pixelsAtOnceLimit } from './limits.ts';
import { createPixelBudget } from './pixel-budget.ts';
import { checkRows } from './select.ts';

export interface EncodedImage {
  /** Path inside the folder or archive. */
  readonly name: string;
  read(): Promise<Uint8Array>;
}

export interface ImageSet {
  readonly name: string;
  readonly images: readonly EncodedImage[];
  /** `[images]`, or null. */
  readonly labels: Int32Array | null;
  readonly classNames: readonly string[] | null;
  /** Files that were skipped before, for reports. */
  readonly skipped: readonly SkippedRow[];
}

export interface ImageDataOptions {
  readonly target: PixelTarget;
  /** Most bytes of decoded pixels to keep. */
  readonly memoryBytes: number;
  readonly onProgress?: ((progress: DataProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Decoding runs in threads of libuv, of which there are four. */
const decodersAtOnce = 4;

/**
 * Opens encoded images as a data set; those that cannot be decoded are skipped and reported.
 * @throws InvalidDataError if there is no image, or none can be used.
 */
export async function openImages(set: ImageSet, options: ImageDataOptions): Promise<LabelledData> {
  const { name, labels } = set;
  const { target } = options;
  const rowBytes = target.height * target.width * target.channels;
  const budget = createPixelBudget(pixelsAtOnceLimit);
  const decode: ImageDecoder = async (image) => decodeImage(await image.read(), target, budget);
  const { held, reasons } = await decodeAll(set.images, rowBytes, decode, options);

  const names = set.images.map((image) => image.name);
  const bad = names.flatMap((image, index) => {
    const reason = reasons.get(index);
    return reason === undefined ? [] : [{ name: image, reason }];
  });
  const usable = Int32Array.from(names.keys()).filter((index) => !reasons.has(index));
  const skipped = [...set.skipped, ...bad];
  if (usable.length === 0) throw noUsableImage(name, skipped);

  const pixelsOf = held === null ? decodingReader(set.images, decode) : memoryReader(held, rowBytes);
  return {
    name,
    rows: usable.length,
    labels: labels === null ? null : usable.map((index) => labels[index] as number),
    classNames: set.classNames,
    height: target.height,
    width: target.width,
    channels: target.channels,
    skipped,
    rowName: (row) => names[usable[row] as number] as string,
    pixels: async (rows) => {
      checkRows(rows, usable.length, name);
      const pixels = new Uint8Array(rows.length * rowBytes);
      await forEachBounded(rows.length, decodersAtOnce, async (position) => {
        pixels.set(await pixelsOf(usable[rows[position] as number] as number), position * rowBytes);
      });
      return pixels;
    },
  };
}

/** Pixels of one image by its index in the set. */
type PixelReader = (index: number) => Uint8Array | Promise<Uint8Array>;

function memoryReader(held: Uint8Array, rowBytes: number): PixelReader {
  return (index) => held.subarray(index * rowBytes, (index + 1) * rowBytes);
}

type ImageDecoder = (image: EncodedImage) => Promise<Uint8Array>;

function decodingReader(images: readonly EncodedImage[], decode: ImageDecoder): PixelReader {
  return async (index) => {
    const image = images[index] as EncodedImage;
    try {
      return await decode(image);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new InvalidDataError(
        `${image.name} could be decoded before and now cannot: ${reason}. Do not change data while they are in use.`,
        { cause: error },
      );
    }
  };
}

/** Decodes every image once; `held` are the pixels of all, if they fit in memory. */
async function decodeAll(
  images: readonly EncodedImage[],
  rowBytes: number,
  decodeOne: ImageDecoder,
  options: ImageDataOptions,
): Promise<{ readonly held: Uint8Array | null; readonly reasons: ReadonlyMap<number, string> }> {
  const held = images.length * rowBytes <= options.memoryBytes ? new Uint8Array(images.length * rowBytes) : null;
  const reasons = new Map<number, string>();
  let done = 0;
  const decode = async (index: number): Promise<void> => {
    try {
      const pixels = await decodeOne(images[index] as EncodedImage);
      held?.set(pixels, index * rowBytes);
    } catch (error) {
      if (!InvalidDataError.isInstance(error)) throw error;
      reasons.set(index, error.message);
    }
    done++;
    options.onProgress?.({ phase: 'decoding', done, total: images.length });
  };
  await forEachBounded(images.length, decodersAtOnce, decode, options.signal);
  return { held, reasons };
}

function noUsableImage(name: string, skipped: readonly SkippedRow[]): InvalidDataError {
  const first = skipped[0];
  if (first === undefined) {
    return new InvalidDataError(
      `Expected JPEG, PNG or WebP files, sorted into one folder per class; ${name} holds no image. Check the path.`,
    );
  }
  return new InvalidDataError(
    `None of the ${skipped.length} images of ${name} can be used. The first, ${first.name}: ${first.reason}.`,
  );
}

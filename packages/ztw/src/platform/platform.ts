// What differs between browsers and Node.

import type { FileCache } from '../loading/file-cache.ts';
import type { FileSource } from '../loading/file-source.ts';
import type { Pixels } from '../pixels/pixels.ts';

/** An image on its way to a worker. */
export interface SentImage {
  readonly image: unknown;
  /** What is moved, not copied. */
  readonly transfer: readonly Transferable[];
}

export interface Platform {
  /**
   * The source behind a text: an address, or a path in Node.
   * @throws InvalidInputError for a text that is neither.
   */
  sourceOf(text: string): FileSource;
  /**
   * A cache for files that were fetched.
   * @param name null for the usual one.
   * @returns null where there is none.
   */
  openCache(name: string | null): Promise<FileCache | null>;
  /**
   * Decodes an image.
   * @param what Its place in the input, for messages: `The image`, `Image 3`.
   * @returns null for a value that is no image here.
   * @throws InvalidInputError or InvalidDataError for an image that cannot be read.
   */
  readPixels(image: unknown, what: string): Promise<Pixels | null>;
  /**
   * An image in a form that a worker can be sent and decode.
   * @returns null where images are decoded on this side, because that blocks nothing here.
   */
  imageForWorker(image: unknown, what: string): Promise<SentImage | null>;
  /** The kinds of image that `readPixels` takes, for messages. */
  readonly imageKinds: string;
}

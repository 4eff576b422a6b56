// Files that strangers name, read so that neither a pipe nor a device nor a huge file can hold the process up.

import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { InvalidInputError } from '@ztw/core';

export interface ReadRegularFileOptions {
  /** A larger file is refused before anything is read. Default: no limit but what an array can hold. */
  readonly maximumBytes?: number;
}

/** One read takes at most 2 GiB. */
const readBytesAtOnce: number = 2 ** 30;

/**
 * Reads a whole regular file, through links.
 * @returns A plain array: the `slice` of Node's Buffer is a view and not a copy, which other packages cannot know.
 * @throws InvalidInputError for a folder, pipe, socket or device, and for a file that is too large. Else what Node
 *   throws.
 */
export async function readRegularFile(path: string, options: ReadRegularFileOptions = {}): Promise<Uint8Array> {
  const file = await openRegularFile(path);
  try {
    const { size } = await file.stat();
    const { maximumBytes = Number.MAX_SAFE_INTEGER } = options;
    if (size > maximumBytes) {
      throw new InvalidInputError(`${path} has ${size} bytes; at most ${maximumBytes} can be read`);
    }
    const bytes = new Uint8Array(size);
    let filled = 0;
    while (filled < size) {
      const { bytesRead } = await file.read(bytes, filled, Math.min(size - filled, readBytesAtOnce), filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    // A copy where the file became shorter meanwhile, so that the array always owns its buffer.
    return filled === size ? bytes : new Uint8Array(bytes.subarray(0, filled));
  } finally {
    await file.close();
  }
}

/**
 * Opens a regular file for reading. The caller closes it.
 * @throws InvalidInputError for a folder, pipe, socket or device. Else what Node throws.
 */
export async function openRegularFile(path: string): Promise<FileHandle> {
  // Looked at first, since opening a device can already have an effect.
  refuseOthers(path, await stat(path));
  // Without waiting: between the two looks, a pipe may have come into its place.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    refuseOthers(path, await file.stat());
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

type FileKind = Pick<
  Awaited<ReturnType<typeof stat>>,
  'isFile' | 'isDirectory' | 'isFIFO' | 'isSocket' | 'isCharacterDevice' | 'isBlockDevice'
>;

function refuseOthers(path: string, found: FileKind): void {
  if (!found.isFile()) throw new InvalidInputError(`${path} is ${kindOf(found)}, expected a regular file`);
}

function kindOf(found: FileKind): string {
  if (found.isDirectory()) return 'a folder';
  if (found.isFIFO()) return 'a pipe';
  if (found.isSocket()) return 'a socket';
  return found.isCharacterDevice() || found.isBlockDevice() ? 'a device' : 'something else';
}

// Reads files with untrusted names, so that no pipe, device or huge file can block the process.

import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { InvalidInputError } from '@ztw/core';

export interface ReadRegularFileOptions {
  /** A larger file is refused before it is read. Default: the limit of an array. */
  readonly maximumBytes?: number;
}

/** One read takes at most 2 GiB. */
const readBytesAtOnce: number = 2 ** 30;

/**
 * Reads a whole regular file, following links.
 * @returns A plain array, because `slice` of a Node Buffer is a view and not a copy.
 * @throws InvalidInputError for a folder, pipe, socket or device, and for a file that is too large. Else what Node
 *   throws.
 */
export async function readRegularFile(path: string, options: ReadRegularFileOptions = {}): Promise<Uint8Array> {
  const file = await openRegularFile(path);
  try {
    const { size } = await file.stat();
    const { maximumBytes = Number.MAX_SAFE_INTEGER } = options;
    if (size > maximumBytes) {
      throw new InvalidInputError(`${path} has ${size} bytes; at most ${maximumBytes} can be read`, { path });
    }
    const bytes = new Uint8Array(size);
    let filled = 0;
    while (filled < size) {
      const { bytesRead } = await file.read(bytes, filled, Math.min(size - filled, readBytesAtOnce), filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    // A copy if the file became shorter in the meantime, so that the array always owns its buffer.
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
  // Checked first, because opening a device can have side effects.
  refuseOthers(path, await stat(path));
  // Non-blocking, because a pipe may have replaced the file between the two checks.
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
  if (!found.isFile()) throw new InvalidInputError(`${path} is ${kindOf(found)}, expected a regular file`, { path });
}

function kindOf(found: FileKind): string {
  if (found.isDirectory()) return 'a folder';
  if (found.isFIFO()) return 'a pipe';
  if (found.isSocket()) return 'a socket';
  return found.isCharacterDevice() || found.isBlockDevice() ? 'a device' : 'something else';
}

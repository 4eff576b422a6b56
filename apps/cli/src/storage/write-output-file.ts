import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { InvalidInputError } from '@ztw/core';
import { fileBlobStore } from './file-blob-store.ts';
import { followLinks } from './follow-links.ts';
import { assertWritablePlace } from './make-folder.ts';
import { hasErrorCode, storageError } from './storage-error.ts';
import type { OutputFolderOptions } from './write-output.ts';

/**
 * Checks that a file can be written: it does not exist, or may be replaced. Call it before long work.
 * @throws InvalidInputError if not; StorageError if that cannot be determined.
 */
export async function assertOutputFile(path: string, options: OutputFolderOptions = {}): Promise<void> {
  await assertWritablePlace(dirname(await followLinks(path)));
  const found = await stat(path).catch((error: unknown) => {
    if (hasErrorCode(error, 'ENOENT')) return null;
    throw storageError('write', path, error);
  });
  if (found === null) return;
  if (found.isDirectory()) {
    throw new InvalidInputError(`${path} is a folder, expected a file to write to. Name a file in it.`, { path });
  }
  if (!found.isFile()) {
    throw new InvalidInputError(`${path} is a device or a pipe, expected a file to write to. Choose another name.`, {
      path,
    });
  }
  if (!options.overwrite) {
    throw new InvalidInputError(`${path} already exists. Choose another name, or replace it with --overwrite.`, {
      path,
    });
  }
}

/**
 * Writes a file so that it is seen either whole or not at all. A link stays; the file that it leads to is written.
 * @throws InvalidInputError where it may not be replaced; StorageError where the file system fails.
 */
export async function writeOutputFile(
  path: string,
  bytes: Uint8Array,
  options: OutputFolderOptions = {},
): Promise<void> {
  await assertOutputFile(path, options);
  const place = await followLinks(path);
  await fileBlobStore(dirname(place)).put(basename(place), bytes);
}

import { stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { InvalidInputError } from '@ztw/core';
import { fileBlobStore } from './file-blob-store.ts';
import { hasErrorCode, storageError } from './storage-error.ts';
import type { OutputFolderOptions } from './write-output.ts';

/**
 * Checks that a file may be written: it does not exist, or may be replaced. Worth a call before long work.
 * @throws InvalidInputError where it may not; StorageError where that cannot be found out.
 */
export async function assertOutputFile(path: string, options: OutputFolderOptions = {}): Promise<void> {
  const found = await stat(path).catch((error: unknown) => {
    if (hasErrorCode(error, 'ENOENT')) return null;
    throw storageError('write', path, error);
  });
  if (found === null) return;
  if (found.isDirectory()) {
    throw new InvalidInputError(`${path} is a folder, expected a file to write to. Name a file in it.`);
  }
  if (!options.overwrite) {
    throw new InvalidInputError(`${path} exists already. Choose another name, or replace it with --overwrite.`);
  }
}

/**
 * Writes a file so that it is seen either whole or not at all.
 * @throws InvalidInputError where it may not be replaced; StorageError where the file system fails.
 */
export async function writeOutputFile(
  path: string,
  bytes: Uint8Array,
  options: OutputFolderOptions = {},
): Promise<void> {
  await assertOutputFile(path, options);
  const place = resolve(path);
  await fileBlobStore(dirname(place)).put(basename(place), bytes);
}

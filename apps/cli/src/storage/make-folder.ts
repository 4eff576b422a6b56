import { mkdir, mkdtemp, rmdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { InvalidInputError } from '@ztw/core';
import { hasErrorCode, storageError } from './storage-error.ts';

/**
 * Makes a folder and the folders above it. Not by Node's own recursive `mkdir`: on a file system that answers ENOENT to
 * every new name, as `/proc` does, that never ends.
 * Throws what Node throws.
 */
export async function makeFolder(path: string): Promise<void> {
  const missing: string[] = [];
  let place = resolve(path);
  while (!(await isFolderOrThrow(place))) {
    missing.push(place);
    place = dirname(place);
  }
  for (const folder of missing.reverse()) {
    await mkdir(folder).catch(async (error: unknown) => {
      // Another process may have made it in the meantime.
      if (!hasErrorCode(error, 'EEXIST') || !(await isFolderOrThrow(folder))) throw error;
    });
  }
}

/**
 * Checks that something can be written below a path, which need not exist yet. Worth a call before hours of work.
 * @throws StorageError where it cannot, InvalidInputError where a part of the path is no folder.
 */
export async function assertWritablePlace(path: string): Promise<void> {
  let place = resolve(path);
  try {
    while (!(await isFolderOrThrow(place))) place = dirname(place);
    // Rights alone do not tell: the administrator has all of them, also on a file system that takes no files.
    await rmdir(await mkdtemp(join(place, '.ztw-probe-')));
  } catch (error) {
    if (hasErrorCode(error, 'ENOTDIR')) {
      throw new InvalidInputError(`${path} cannot be written: ${place} is no folder. Choose another path.`, {
        cause: error,
      });
    }
    if (hasErrorCode(error, 'ENOENT')) {
      throw storageError('write', path, new Error(`${place} takes no new files. Choose another place`));
    }
    throw storageError('write', path, error);
  }
}

/** False where there is nothing; throws ENOTDIR for anything but a folder. */
async function isFolderOrThrow(path: string): Promise<boolean> {
  try {
    if ((await stat(path)).isDirectory()) return true;
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return false;
    throw error;
  }
  throw Object.assign(new Error(`${path} is not a folder`), { code: 'ENOTDIR' });
}

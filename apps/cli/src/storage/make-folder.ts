import { mkdir, mkdtemp, rmdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { InvalidInputError } from '@ztw/core';
import { hasErrorCode, storageError } from './storage-error.ts';

/**
 * Creates a folder and the folders above it. The recursive `mkdir` of Node never ends on a file system that answers
 * ENOENT to every new name, such as `/proc`.
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
      // Another process may have created it in the meantime.
      if (!hasErrorCode(error, 'EEXIST') || !(await isFolderOrThrow(folder))) throw error;
    });
  }
}

/**
 * Checks that files can be written below a path, which need not exist yet. Call it before long work.
 * @throws StorageError if not, InvalidInputError if a part of the path is no folder.
 */
export async function assertWritablePlace(path: string): Promise<void> {
  let place = resolve(path);
  try {
    while (!(await isFolderOrThrow(place))) place = dirname(place);
    // Permissions are not enough: root has all of them, also on a read-only file system.
    await rmdir(await mkdtemp(join(place, '.ztw-probe-')));
  } catch (error) {
    if (hasErrorCode(error, 'ENOTDIR')) {
      throw new InvalidInputError(`Cannot write ${path}: ${place} is not a folder. Choose another path.`, {
        cause: error,
      });
    }
    if (hasErrorCode(error, 'ENOENT')) {
      throw storageError('write', path, new Error(`no new files can be created in ${place}. Choose another path`));
    }
    throw storageError('write', path, error);
  }
}

/** False if nothing is there; throws ENOTDIR for anything but a folder. */
async function isFolderOrThrow(path: string): Promise<boolean> {
  try {
    if ((await stat(path)).isDirectory()) return true;
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return false;
    throw error;
  }
  throw Object.assign(new Error(`${path} is not a folder`), { code: 'ENOTDIR' });
}

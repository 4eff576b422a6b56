// A BlobStore in a folder. Training reads thousands of small slices of spilled features per second, so `readInto` is
// synchronous and keeps its files open. All other methods are asynchronous.

import { closeSync, openSync, readSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readRegularFile } from '@ztw/bundle/node';
import { type BlobStore, InvalidInputError, StorageError } from '@ztw/core';
import { checkRelativeName } from './relative-name.ts';
import { hasErrorCode, storageError } from './storage-error.ts';
import { writeThrough } from './write-file.ts';

export interface FileBlobStore extends BlobStore {
  readInto(name: string, offset: number, target: Uint8Array): void;
  /** Closes the files that are open for reading. The store can still be used afterwards. */
  close(): void;
}

/** Most open files; the least recently read one is closed first. */
const openFilesLimit = 64;
/** Ending of files that are being written. A crash may leave one; it is never listed. */
const partialSuffix = '.partial';

/**
 * Blobs as files below a folder, which is created with the first blob.
 * Every method throws InvalidInputError for a name that is not a portable relative path, StorageError if the file
 * system fails.
 */
export function fileBlobStore(folder: string): FileBlobStore {
  // In the order of use, the most recent last.
  const descriptors = new Map<string, number>();
  let writes = 0;

  const pathOf = (name: string): string => {
    checkRelativeName(name);
    if (name.endsWith(partialSuffix))
      throw new InvalidInputError(`"${name}" ends in ${partialSuffix}, which marks unfinished files.`);
    return join(folder, name);
  };

  const forget = (name: string): void => {
    const descriptor = descriptors.get(name);
    if (descriptor === undefined) return;
    descriptors.delete(name);
    closeSync(descriptor);
  };

  const descriptorOf = (name: string): number => {
    const held = descriptors.get(name);
    if (held !== undefined) {
      descriptors.delete(name);
      descriptors.set(name, held);
      return held;
    }
    const opened = openSync(pathOf(name), 'r');
    descriptors.set(name, opened);
    if (descriptors.size > openFilesLimit) {
      const [oldest] = descriptors.keys();
      if (oldest !== undefined) forget(oldest);
    }
    return opened;
  };

  return {
    async put(name, bytes) {
      const path = pathOf(name);
      const partial = `${path}.${writes++}${partialSuffix}`;
      try {
        await writeThrough(partial, bytes);
        // Before, because some systems do not rename over an open file; after, because a read may have reopened the old
        // one.
        forget(name);
        await rename(partial, path);
        forget(name);
      } catch (error) {
        await rm(partial, { force: true }).catch(() => undefined);
        throw storageError('write', path, error);
      }
    },

    async get(name) {
      const path = pathOf(name);
      try {
        return await readRegularFile(path);
      } catch (error) {
        if (hasErrorCode(error, 'ENOENT')) return null;
        throw storageError('read', path, error);
      }
    },

    readInto(name, offset, target) {
      let filled = 0;
      try {
        const descriptor = descriptorOf(name);
        while (filled < target.length) {
          const count = readSync(descriptor, target, filled, target.length - filled, offset + filled);
          if (count === 0) break;
          filled += count;
        }
      } catch (error) {
        if (InvalidInputError.isInstance(error)) throw error;
        throw storageError('read', join(folder, name), error);
      }
      if (filled < target.length) {
        throw new StorageError(
          `${join(folder, name)} ends before byte ${offset + target.length}: it is damaged. Delete the folder ${folder} and start again.`,
          { path: folder },
        );
      }
    },

    async delete(name) {
      const path = pathOf(name);
      forget(name);
      try {
        await rm(path, { force: true });
      } catch (error) {
        throw storageError('delete', path, error);
      }
    },

    async list(prefix) {
      try {
        const entries = await readdir(folder, { recursive: true, withFileTypes: true });
        return entries
          .filter((entry) => entry.isFile() && !entry.name.endsWith(partialSuffix))
          .map((entry) => nameBelow(folder, join(entry.parentPath, entry.name)))
          .filter((name) => name.startsWith(prefix))
          .sort();
      } catch (error) {
        if (hasErrorCode(error, 'ENOENT')) return [];
        throw storageError('list', folder, error);
      }
    },

    close() {
      for (const name of [...descriptors.keys()]) forget(name);
    },
  };
}

/** `/`-separated on every system. */
function nameBelow(folder: string, path: string): string {
  return path.slice(join(folder, '/').length).replaceAll('\\', '/');
}

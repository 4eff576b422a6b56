import { realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { BundleReader } from '@ztw/bundle';
import { InvalidBundleError } from '@ztw/core';
import { manifestBytesLimit } from '../storage/file-limits.ts';
import { readBytes } from '../storage/read-bytes.ts';

/**
 * Reads a bundle's files from a folder: regular files of the listed size, and no link that leads out of the folder. The
 * core checks that the paths themselves stay inside it, and says which file cannot be read.
 */
export function folderReader(folder: string): BundleReader {
  return async (path, expectedBytes) => {
    const root = await realpath(folder);
    const file = await realpath(join(root, path));
    if (!file.startsWith(root.endsWith(sep) ? root : `${root}${sep}`)) {
      throw new InvalidBundleError('it is a link that leads out of the bundle. Copy the file itself into the folder');
    }
    return readBytes(file, expectedBytes ?? manifestBytesLimit);
  };
}

/** Whether a path is a folder; false if nothing is there. */
export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

import { realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { InvalidBundleError } from '@ztw/core';
import type { BundleReader } from '../manifest.ts';
import { manifestBytesLimit } from '../manifest-limit.ts';
import { readRegularFile } from './read-regular-file.ts';

/**
 * Reads a bundle's files from a folder: regular files of the listed size, and no link that leads out of the folder.
 * `openBundle` checks that the paths themselves stay inside it, and says which file cannot be read.
 *
 * @example
 * const bundle = await openBundle(folderReader('out/early'));
 */
export function folderReader(folder: string): BundleReader {
  return async (path, expectedBytes) => {
    const root = await realpath(folder);
    const file = await realpath(join(root, path));
    if (!file.startsWith(root.endsWith(sep) ? root : `${root}${sep}`)) {
      throw new InvalidBundleError('it is a link that leads out of the bundle. Copy the file itself into the folder');
    }
    return readRegularFile(file, { maximumBytes: expectedBytes ?? manifestBytesLimit });
  };
}

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BundleReader } from '@ztw/bundle';
import { readBytes } from '../storage/read-bytes.ts';

/** Reads a bundle's files from a folder. The core checks that paths stay inside it, and says which file cannot be read. */
export function folderReader(folder: string): BundleReader {
  return (path) => readBytes(join(folder, path));
}

/** Whether a path is a folder; false where there is nothing. */
export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidDataError } from '@ztw/core';
import { throwIfAborted } from '@ztw/core/runtime';
import { imageExtension, imageFormat } from './decode-image.ts';
import { readHead, readRawBytes } from './files.ts';
import type { EncodedImage } from './image-data.ts';
import { imageBytesLimit } from './limits.ts';

/**
 * All images below a folder, links followed, hidden files passed over. A file is one if its name or its first bytes say so.
 * @returns Paths relative to the folder, `/`-separated, in no particular order.
 */
export async function listImageFolder(root: string, signal?: AbortSignal): Promise<EncodedImage[]> {
  const images: EncodedImage[] = [];
  const visited = new Set<string>();
  await walk('');
  return images;

  async function walk(folder: string): Promise<void> {
    throwIfAborted(signal, 'reading of the data');
    const path = join(root, folder);
    // A link that leads back up would never end.
    const real = await realpath(path);
    if (visited.has(real)) return;
    visited.add(real);
    for (const entry of await readFolder(path)) {
      if (entry.name.startsWith('.')) continue;
      const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
      const kind = entry.isSymbolicLink() ? await stat(join(root, name)).catch(() => null) : entry;
      if (kind?.isDirectory()) await walk(name);
      else if (kind === null || (kind.isFile() && (await looksLikeImage(join(root, name)))))
        images.push(imageFile(name));
    }
  }

  function imageFile(name: string): EncodedImage {
    return { name, read: () => readRawBytes(join(root, name), imageBytesLimit) };
  }
}

async function readFolder(path: string) {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (error) {
    throw new InvalidDataError(`The folder ${path} could not be read. Check its permissions.`, { cause: error });
  }
}

async function looksLikeImage(path: string): Promise<boolean> {
  if (imageExtension.test(path)) return true;
  const { head, gzipped } = await readHead(path);
  return !gzipped && imageFormat(head) !== null;
}

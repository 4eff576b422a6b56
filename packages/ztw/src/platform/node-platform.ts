import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { folderReader, openRegularFile } from '@ztw/bundle/node';
import { InvalidInputError } from '@ztw/core';
import type { FileCache } from '../loading/file-cache.ts';
import type { FileSource } from '../loading/file-source.ts';
import { zipSource } from '../loading/zip-source.ts';
import { readNodePixels } from './node-images.ts';
import type { Platform } from './platform.ts';
import { addressSource } from './web-platform.ts';

/** Node, Deno and Bun. */
export const nodePlatform: Platform = {
  sourceOf(text) {
    if (/^(https?|data|blob):/i.test(text)) return addressSource(new URL(text));
    return pathSource(/^file:/i.test(text) ? fileURLToPath(text) : resolve(text));
  },
  openCache,
  readPixels: readNodePixels,
  // sharp has its own threads.
  imageForWorker: async () => null,
  imageKinds:
    'the path of an image, its bytes (JPEG, PNG or WebP), a Blob, or pixels { data, width, height, channels }',
};

/** A folder, or a single file. */
function pathSource(path: string): FileSource {
  const kind = statSync(path, { throwIfNoEntry: false });
  if (kind === undefined) {
    throw new InvalidInputError(`Expected the folder or file of a bundle; received ${path}, which does not exist.`, {
      expected: 'an existing path',
      received: path,
      path: 'source',
    });
  }
  if (kind.isDirectory()) return folderSource(path);
  if (path.endsWith('manifest.json')) return folderSource(resolve(path, '..'));
  return zipSource(path, false, async () => ({
    getLength: async () => (await stat(path)).size,
    async read(offset, length) {
      const file = await openRegularFile(path);
      try {
        const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, offset);
        return buffer.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    },
  }));
}

function folderSource(folder: string): FileSource {
  const readFromFolder = folderReader(folder);
  return {
    name: folder,
    isRemote: false,
    async read(path, { expectedBytes, onBytes }) {
      const bytes = await readFromFolder(path, expectedBytes);
      onBytes?.(bytes.length);
      return bytes;
    },
  };
}

async function openCache(name: string | null): Promise<FileCache | null> {
  const folder = name ?? join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'ztw');
  return {
    async get(key) {
      try {
        return await readFile(join(folder, key));
      } catch {
        return null;
      }
    },
    async put(key, bytes) {
      await mkdir(folder, { recursive: true });
      // Under another name first, so that no other process reads half a file.
      const unfinished = join(folder, `${key}.${randomUUID()}`);
      try {
        await writeFile(unfinished, bytes);
        await rename(unfinished, join(folder, key));
      } catch (error) {
        await rm(unfinished, { force: true });
        throw error;
      }
    },
    delete: (key) => rm(join(folder, key), { force: true }),
  };
}

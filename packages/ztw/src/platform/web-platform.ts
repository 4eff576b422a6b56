import { InvalidInputError } from '@ztw/core';
import type { FileCache } from '../loading/file-cache.ts';
import type { FileSource } from '../loading/file-source.ts';
import { urlSource } from '../loading/url-source.ts';
import { isZipName, zipUrlSource } from '../loading/zip-source.ts';
import type { Platform } from './platform.ts';
import { imageForWorker, readWebPixels } from './web-images.ts';

/** The source behind an absolute address. */
export function addressSource(url: URL): FileSource {
  return isZipName(url.pathname) ? zipUrlSource(url) : urlSource(url);
}

/** Browsers, and workers in them. */
export const webPlatform: Platform = {
  sourceOf(text) {
    try {
      return addressSource(new URL(text, globalThis.location?.href));
    } catch (cause) {
      throw new InvalidInputError(
        `Expected the address of a bundle, such as '/bundle/' or 'https://example.org/bundle/'; received '${text}'.`,
        { cause, expected: 'an address', received: text, path: 'source' },
      );
    }
  },
  openCache,
  readPixels: readWebPixels,
  imageForWorker,
  imageKinds:
    'an <img>, canvas, video, ImageBitmap, ImageData, VideoFrame, Blob or File, the address of an image, its bytes, ' +
    'or pixels { data, width, height, channels }',
};

/** Requests that the Cache API stores files under. No server has them. */
const keyAddress = (key: string): string => `https://ztw.invalid/${key}`;

async function openCache(name: string | null): Promise<FileCache | null> {
  // Pages without https have none.
  if (typeof caches === 'undefined') return null;
  try {
    const cache = await caches.open(name ?? 'ztw');
    return {
      async get(key) {
        const response = await cache.match(keyAddress(key));
        return response === undefined ? null : new Uint8Array(await response.arrayBuffer());
      },
      put: (key, bytes) => cache.put(keyAddress(key), new Response(bytes as Uint8Array<ArrayBuffer>)),
      async delete(key) {
        await cache.delete(keyAddress(key));
      },
    };
  } catch {
    return null;
  }
}

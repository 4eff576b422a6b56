import { manifestBytesLimit } from '@ztw/bundle';
import { InvalidBundleError } from '@ztw/core';
import { fetchBytes } from './fetch-bytes.ts';
import type { FileSource } from './file-source.ts';

/**
 * A bundle behind an address: the address of its folder, or of its manifest.
 * @param url Absolute.
 */
export function urlSource(url: URL): FileSource {
  const folder = folderOf(url);
  return {
    name: folder.href,
    isRemote: true,
    async read(path, options) {
      const file = new URL(path, folder);
      file.search = url.search;
      const { bytes, response } = await fetchBytes(file, options, {}, options.expectedBytes ?? manifestBytesLimit);
      // Servers of single-page applications answer every unknown address with their start page.
      if (response.headers.get('content-type')?.startsWith('text/html')) {
        throw new InvalidBundleError(
          `Expected ${path} of a bundle at ${file.href}; received a web page. Check the address: it is the folder that holds manifest.json.`,
          { expected: path, received: 'text/html', path: file.href },
        );
      }
      return bytes;
    },
  };
}

function folderOf(url: URL): URL {
  const folder = new URL(url.href);
  folder.search = '';
  folder.hash = '';
  if (folder.pathname.endsWith('/manifest.json')) folder.pathname = folder.pathname.slice(0, -'manifest.json'.length);
  else if (!folder.pathname.endsWith('/')) folder.pathname += '/';
  return folder;
}

import { InvalidInputError } from '@ztw/core';
import type { FileSource } from './file-source.ts';

/** Reads a file of a bundle by its path; as bytes in either form. */
export type FileReader = (path: string, expectedBytes?: number) => Promise<Uint8Array | ArrayBuffer>;

/** A function of the caller. */
export function readerSource(reader: FileReader): FileSource {
  return {
    name: 'the reader',
    isRemote: false,
    async read(path, { expectedBytes, onBytes }) {
      const bytes = bytesOf(await reader(path, expectedBytes), path);
      onBytes?.(bytes.length);
      return bytes;
    },
  };
}

function bytesOf(content: unknown, path: string): Uint8Array {
  if (content instanceof Uint8Array) return content;
  const tag = Object.prototype.toString.call(content).slice(8, -1);
  if (tag === 'ArrayBuffer') return new Uint8Array(content as ArrayBuffer);
  throw new InvalidInputError(
    `Expected the bytes of ${path} from the reader, as a Uint8Array or an ArrayBuffer; received ${tag}. ` +
      'With fetch, return response.arrayBuffer().',
    { expected: ['Uint8Array', 'ArrayBuffer'], received: tag, path },
  );
}

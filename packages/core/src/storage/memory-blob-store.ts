import type { BlobStore } from '../contract/blob-store.ts';
import { StorageError } from '../errors/errors.ts';

/**
 * Blobs in memory, for tests, browsers and jobs that need not outlive the process. Bytes are copied when written and
 * when read.
 */
export function memoryBlobStore(): BlobStore {
  const blobs = new Map<string, Uint8Array>();
  return {
    async put(name, bytes) {
      blobs.set(name, bytes.slice());
    },
    async get(name) {
      return blobs.get(name)?.slice() ?? null;
    },
    readInto(name, offset, target) {
      const end = offset + target.length;
      const blob = blobs.get(name);
      if (blob === undefined || blob.length < end) {
        throw new StorageError(
          `Expected the bytes ${offset} to ${end} of the blob "${name}"; it has ${blob?.length ?? 'none: it does not exist'}.`,
          { expected: end, received: blob?.length ?? 0, path: name },
        );
      }
      target.set(blob.subarray(offset, end));
    },
    async delete(name) {
      blobs.delete(name);
    },
    async list(prefix) {
      return [...blobs.keys()].filter((name) => name.startsWith(prefix)).sort();
    },
  };
}

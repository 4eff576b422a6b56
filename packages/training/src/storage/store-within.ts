import type { BlobStore } from '@ztw/core';

/** A view of the blobs whose names start with a prefix; names in the view lack the prefix. */
export function storeWithin(store: BlobStore, prefix: string): BlobStore {
  return {
    put: (name, bytes) => store.put(prefix + name, bytes),
    get: (name) => store.get(prefix + name),
    readInto: (name, offset, target) => store.readInto(prefix + name, offset, target),
    delete: (name) => store.delete(prefix + name),
    list: async (start) => (await store.list(prefix + start)).map((name) => name.slice(prefix.length)),
  };
}

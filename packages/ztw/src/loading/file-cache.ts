// Files of bundles that were fetched before. They are stored under their hash, so that bundles share what they have in
// common, and a new release fetches only what changed. A cache that fails is no failure: files are then fetched again.

/** Stores bytes under a name of letters, digits and `-`. */
export interface FileCache {
  /** @returns null for what is not stored. */
  get(key: string): Promise<Uint8Array | null>;
  put(key: string, bytes: Uint8Array): Promise<void>;
  delete(key: string): Promise<void>;
}

/** Ignores failures of a cache: a full disk, a private window. */
export function forgiving(cache: FileCache): FileCache {
  return {
    get: (key) => cache.get(key).catch(() => null),
    put: (key, bytes) => cache.put(key, bytes).catch(() => undefined),
    delete: (key) => cache.delete(key).catch(() => undefined),
  };
}

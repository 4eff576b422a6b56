// Storage for bytes that must outlive a step: checkpoints, spilled features, bundle files. Files in Node; OPFS or
// memory elsewhere.

/** Named byte strings. Names are relative, `/`-separated, without `..`. */
export interface BlobStore {
  /** Writes a whole blob so that a reader sees either the old bytes or the new ones, never a part. */
  put(name: string, bytes: Uint8Array): Promise<void>;
  /** Bytes of a blob; null if there is no such blob. */
  get(name: string): Promise<Uint8Array | null>;
  /** Copies `target.length` bytes from `offset` of a blob into `target`. */
  readInto(name: string, offset: number, target: Uint8Array): void | Promise<void>;
  delete(name: string): Promise<void>;
  /** Names that start with `prefix`, sorted. */
  list(prefix: string): Promise<readonly string[]>;
}

// Where the files of a bundle come from.

/** What a caller of `read` may pass along. */
export interface ReadFileOptions {
  /** Size from the manifest; absent for the manifest itself. */
  readonly expectedBytes?: number;
  /** Called with the bytes that have arrived since the last call. */
  readonly onBytes?: (bytes: number) => void;
  readonly signal?: AbortSignal;
  /** Passes over what a browser has cached by itself, because it did not fit. */
  readonly afresh?: boolean;
}

/** A folder, an address, a single file, or a function of the caller. */
export interface FileSource {
  /** For messages. */
  readonly name: string;
  /** Whether files come over a network. They are then worth a cache, and stages are used as they arrive. */
  readonly isRemote: boolean;
  /** @throws an error that says why the file cannot be read; AbortedError or an abort where the signal fires. */
  read(path: string, options: ReadFileOptions): Promise<Uint8Array>;
}

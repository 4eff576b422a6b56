// A bundle in a single file, as `ztw pack` writes it: a zip archive whose entries are stored as they are, so that each
// can be read by its range.

import { manifestBytesLimit } from '@ztw/bundle';
import { AbortedError, InvalidBundleError } from '@ztw/core';
import type { Reader, ZipEntry } from 'unzipit';
import { fetchBytes } from './fetch-bytes.ts';
import type { FileSource, ReadFileOptions } from './file-source.ts';

/** Whether a name is that of a single file. */
export function isZipName(name: string): boolean {
  return /\.(ztw|zip)$/i.test(name);
}

/** Reads ranges of a file. */
interface RangeReader extends Reader {
  /** Says that the next read begins an entry of about that many bytes, which is then fetched as a whole. */
  expectEntry?(bytes: number, options: ReadFileOptions): void;
}

/** A single file in memory, or on the user's disk. */
export function blobSource(file: Blob, name: string): FileSource {
  const reader: RangeReader = {
    getLength: async () => file.size,
    read: async (offset, length) => new Uint8Array(await file.slice(offset, offset + length).arrayBuffer()),
  };
  return zipSource(name, false, async () => reader);
}

/** A single file behind an address. */
export function zipUrlSource(url: URL): FileSource {
  return zipSource(url.href, true, (options) => openRanges(url, options));
}

/** A single file whose ranges can be read. */
export function zipSource(
  name: string,
  isRemote: boolean,
  open: (options: ReadFileOptions) => Promise<RangeReader>,
): FileSource {
  let opening: Promise<{ readonly reader: RangeReader; readonly entries: ReadonlyMap<string, ZipEntry> }> | null = null;
  const openOnce = (options: ReadFileOptions): NonNullable<typeof opening> => {
    opening ??= openZip(name, () => open(options));
    // Another read may succeed, where one was aborted.
    opening.catch(() => {
      opening = null;
    });
    return opening;
  };
  return {
    name,
    isRemote,
    async read(path, options) {
      const { reader, entries } = await openOnce({ ...(options.signal && { signal: options.signal }) });
      const entry = entries.get(path);
      if (entry === undefined) {
        throw new InvalidBundleError(`Expected ${path} in ${name}; the file does not hold it. Pack the bundle again.`, {
          path,
        });
      }
      checkEntry(entry, path, name, options.expectedBytes);
      reader.expectEntry?.(entry.compressedSize, options);
      const bytes = await contentOf(entry, path, name);
      if (reader.expectEntry === undefined) options.onBytes?.(bytes.length);
      return bytes;
    },
  };
}

/** @throws InvalidBundleError for an entry that is not stored as it is, or has another size than listed. */
function checkEntry(entry: ZipEntry, path: string, name: string, expectedBytes: number | undefined): void {
  const { size, compressedSize, compressionMethod, encrypted } = entry;
  if (compressionMethod !== 0 || encrypted || compressedSize !== size) {
    throw new InvalidBundleError(
      `Expected ${path} in ${name} as it is; it is compressed or encrypted. Pack the bundle with ztw pack, or with zip -0.`,
      { expected: 'a stored entry', received: compressionMethod, path },
    );
  }
  if (expectedBytes === undefined ? size > manifestBytesLimit : size !== expectedBytes) {
    const expected = expectedBytes ?? `at most ${manifestBytesLimit}`;
    throw new InvalidBundleError(
      `Expected ${expected} bytes of ${path} in ${name}; it holds ${size}. Pack the bundle again.`,
      { expected, received: size, path },
    );
  }
}

/** @throws InvalidBundleError for an entry whose place in the file is not what the table of contents says. */
async function contentOf(entry: ZipEntry, path: string, name: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await entry.arrayBuffer());
  } catch (cause) {
    if (InvalidBundleError.isInstance(cause) || AbortedError.isInstance(cause)) throw cause;
    throw new InvalidBundleError(
      `Expected ${path} in ${name}; it cannot be read (${cause instanceof Error ? cause.message : cause}). The file was truncated or changed: copy it again.`,
      { cause, path },
    );
  }
}

/** A reader that refuses ranges outside of the file before anything is allocated, and answers that are too short. */
function checkedReader(reader: RangeReader, name: string, total: number): RangeReader {
  return {
    getLength: async () => total,
    async read(offset, length) {
      if (!(offset >= 0 && length >= 0 && offset + length <= total)) throw cutShort(name, offset + length, total);
      const bytes = await reader.read(offset, length);
      if (bytes.length !== length) throw cutShort(name, length, bytes.length);
      return bytes;
    },
    ...(reader.expectEntry && { expectEntry: (bytes, options) => reader.expectEntry?.(bytes, options) }),
  };
}

function cutShort(name: string, expected: number, received: number): InvalidBundleError {
  return new InvalidBundleError(
    `Expected ${expected} bytes of ${name}; received ${received}. The file was truncated or changed: copy it again.`,
    { expected, received, path: name },
  );
}

async function openZip(
  name: string,
  open: () => Promise<RangeReader>,
): Promise<{ readonly reader: RangeReader; readonly entries: ReadonlyMap<string, ZipEntry> }> {
  const [{ unzip }, opened] = await Promise.all([import('unzipit'), open()]);
  const reader = checkedReader(opened, name, await opened.getLength());
  try {
    const { entries } = await unzip(reader);
    return { reader, entries: new Map(Object.entries(entries)) };
  } catch (cause) {
    throw new InvalidBundleError(
      `Expected a bundle in a single file, as ztw pack writes it; received another file, ${name} (${cause instanceof Error ? cause.message : cause}).`,
      { cause, expected: 'a zip archive', path: name },
    );
  }
}

/**
 * The end of the file holds its table of contents. It is fetched with the file's length, in one request: the record of
 * 22 bytes that ends an archive, with the longest comment.
 */
const tailBytes: number = 22 + 65_535;

/** Room for the header, name and extra fields before the content of an entry. */
const headerBytes = 512;

async function openRanges(url: URL, options: ReadFileOptions): Promise<RangeReader> {
  const { bytes: tail, response } = await fetchBytes(url, options, { range: `bytes=-${tailBytes}` });
  const total = /\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1];
  // A server without ranges has sent the whole file.
  if (response.status !== 206 || total === undefined) {
    return {
      getLength: async () => tail.length,
      read: async (offset, length) => tail.subarray(offset, offset + length),
    };
  }
  return new UrlRanges(url, Number(total), tail);
}

class UrlRanges implements RangeReader {
  readonly #url: URL;
  readonly #length: number;
  /** Blocks that were fetched for reads to come, by their offset. */
  readonly #blocks = new Map<number, Promise<Uint8Array<ArrayBuffer>>>();
  #expected: { readonly bytes: number; readonly options: ReadFileOptions } | null = null;

  constructor(url: URL, length: number, tail: Uint8Array<ArrayBuffer>) {
    this.#url = url;
    this.#length = length;
    this.#blocks.set(length - tail.length, Promise.resolve(tail));
  }

  async getLength(): Promise<number> {
    return this.#length;
  }

  expectEntry(bytes: number, options: ReadFileOptions): void {
    this.#expected = { bytes, options };
  }

  async read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const expected = this.#expected;
    this.#expected = null;
    for (const [start, block] of this.#blocks) {
      if (offset < start) continue;
      const bytes = await block;
      if (offset + length > start + bytes.length) continue;
      // The last read of an entry ends its block.
      if (start + bytes.length < this.#length && length > headerBytes) this.#blocks.delete(start);
      return bytes.subarray(offset - start, offset - start + length);
    }
    if (expected === null) return this.#fetch(offset, length, {});
    const whole = Math.min(Math.max(length, expected.bytes + headerBytes), this.#length - offset);
    const block = this.#fetch(offset, whole, expected.options);
    this.#blocks.set(offset, block);
    block.catch(() => this.#blocks.delete(offset));
    return (await block).subarray(0, length);
  }

  async #fetch(offset: number, length: number, options: ReadFileOptions): Promise<Uint8Array<ArrayBuffer>> {
    const range = `bytes=${offset}-${offset + length - 1}`;
    return (await fetchBytes(this.#url, options, { range })).bytes;
  }
}

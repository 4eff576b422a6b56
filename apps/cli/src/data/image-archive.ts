import type { FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { openRegularFile } from '@ztw/bundle/node';
import { InvalidDataError, ZtwError } from '@ztw/core';
import { throwIfAborted } from '@ztw/core/runtime';
import tar from 'tar-stream';
import { imageExtension, imageFormat, imageHeadBytes } from './decode-image.ts';
import type { EncodedImage } from './image-data.ts';
import type { DataProgress } from './labelled-data.ts';
import { archiveEntryBytes, imageBytesLimit, unpackedBytesLimit } from './limits.ts';

export interface ArchiveOptions {
  readonly gzipped: boolean;
  /** Most bytes of encoded images to keep. */
  readonly memoryBytes: number;
  readonly onProgress?: ((progress: DataProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * All images in a tar archive, read once and kept encoded. Nothing is unpacked to disk.
 * @returns Names as in the archive, without a leading `./`; if a name occurs twice, the later file counts, as in tar.
 * @throws InvalidDataError for a damaged or incomplete archive, or one that does not fit the memory.
 */
export async function readImageArchive(path: string, options: ArchiveOptions): Promise<EncodedImage[]> {
  const { signal } = options;
  const file = await openArchive(path);
  // A small packed archive can unpack to many images.
  const memoryBytes = Math.min(options.memoryBytes, unpackedBytesLimit((await file.stat()).size));
  const images = new Map<string, Uint8Array>();
  let bytes = 0;
  const extract = tar.extract();
  const collect = async (): Promise<void> => {
    for await (const entry of extract) {
      if (!Number.isSafeInteger(entry.header.size)) throw damaged(path, 'an entry does not say its size');
      const name = entry.header.name.replace(/^(\.?\/)+/, '');
      const hidden = name.split('/').some((part) => part.startsWith('.'));
      if (entry.header.type !== 'file' || hidden) {
        entry.resume();
        continue;
      }
      const content = await readImageEntry(entry, name, entry.header.size);
      if (content === null) continue;
      images.set(name, content);
      bytes += content.length + 2 * name.length + archiveEntryBytes;
      if (bytes > memoryBytes) throw tooLarge(path, memoryBytes);
      if (images.size % 256 === 0) options.onProgress?.({ phase: 'reading', done: images.size, total: null });
    }
  };
  const unpack = options.gzipped ? [createGunzip()] : [];
  const read = pipeline([file.createReadStream(), ...unpack, extract], signal ? { signal } : {});
  // Each end fails when the other does. Our own error, if there is one, is more specific than that of a closed stream.
  const outcomes = await Promise.allSettled([read, collect()]);
  const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
  if (failures.length > 0) {
    const failure = failures.find(ZtwError.isInstance) ?? failures[0];
    throwIfAborted(signal, 'reading of the data');
    if (ZtwError.isInstance(failure)) throw failure;
    const reason = failure instanceof Error ? failure.message : String(failure);
    throw damaged(path, reason, failure);
  }
  return [...images].map(([name, content]) => ({ name, read: async () => content }));
}

/** The bytes of an entry; null for one that is no image, which is not kept. */
async function readImageEntry(entry: AsyncIterable<unknown>, name: string, size: number): Promise<Buffer | null> {
  const chunks: Uint8Array[] = [];
  // null while too few bytes are known.
  let isImage: boolean | null = imageExtension.test(name) ? true : null;
  let read = 0;
  for await (const chunk of entry as AsyncIterable<Uint8Array>) {
    // An entry that is no image is still read to its end, because the next entry follows it.
    if (isImage === false) continue;
    read += chunk.length;
    chunks.push(chunk);
    if (isImage === null && read >= imageHeadBytes) isImage = imageFormat(Buffer.concat(chunks)) !== null;
    if (isImage === true && read > imageBytesLimit) {
      throw new InvalidDataError(
        `The image ${name} of the archive has ${size} bytes; at most ${imageBytesLimit} are read. Leave it out.`,
      );
    }
    if (isImage === false) chunks.length = 0;
  }
  if (isImage === false) return null;
  const content = Buffer.concat(chunks);
  return isImage || imageFormat(content) !== null ? content : null;
}

async function openArchive(path: string): Promise<FileHandle> {
  try {
    return await openRegularFile(path);
  } catch (cause) {
    throw new InvalidDataError(`The archive ${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

function damaged(path: string, reason: string, cause?: unknown): InvalidDataError {
  return new InvalidDataError(`The archive ${path} is damaged or incomplete (${reason}). Copy or download it again.`, {
    cause,
  });
}

function tooLarge(path: string, memoryBytes: number): InvalidDataError {
  return new InvalidDataError(
    `The images in ${path} take more than ${Math.round(memoryBytes / 2 ** 20)} MiB. Unpack the archive and name the folder.`,
    { path },
  );
}

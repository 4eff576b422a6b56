import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { InvalidDataError, throwIfAborted, ZtwError } from '@ztw/core';
import tar from 'tar-stream';
import { imageExtension, imageFormat } from './decode-image.ts';
import type { EncodedImage } from './image-data.ts';
import type { DataProgress } from './labelled-data.ts';

export interface ArchiveOptions {
  readonly gzipped: boolean;
  /** The most bytes of encoded images to keep. */
  readonly memoryBytes: number;
  readonly onProgress?: ((progress: DataProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * All images in a tar archive, read once and kept encoded. Nothing is unpacked to disk.
 * @returns Names as in the archive, without a leading `./`; where a name comes twice, the later file counts, as in tar.
 * @throws InvalidDataError for a damaged or incomplete archive, or one that does not fit the memory.
 */
export async function readImageArchive(path: string, options: ArchiveOptions): Promise<EncodedImage[]> {
  const { signal } = options;
  const images = new Map<string, Uint8Array>();
  let bytes = 0;
  const extract = tar.extract();
  const collect = async (): Promise<void> => {
    for await (const entry of extract) {
      const name = entry.header.name.replace(/^(\.?\/)+/, '');
      const hidden = name.split('/').some((part) => part.startsWith('.'));
      if (entry.header.type !== 'file' || hidden) {
        entry.resume();
        continue;
      }
      const chunks: Uint8Array[] = [];
      for await (const chunk of entry as AsyncIterable<Uint8Array>) chunks.push(chunk);
      const content = Buffer.concat(chunks);
      if (!imageExtension.test(name) && imageFormat(content) === null) continue;
      images.set(name, content);
      bytes += content.length;
      if (bytes > options.memoryBytes) throw tooLarge(path, options.memoryBytes);
      if (images.size % 256 === 0) options.onProgress?.({ phase: 'reading', done: images.size, total: null });
    }
  };
  const unpack = options.gzipped ? [createGunzip()] : [];
  const read = pipeline([createReadStream(path), ...unpack, extract], signal ? { signal } : {});
  // Each end fails when the other does; our own error, where there is one, says more than a closed stream.
  const outcomes = await Promise.allSettled([read, collect()]);
  const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
  if (failures.length > 0) {
    const failure = failures.find(ZtwError.isInstance) ?? failures[0];
    throwIfAborted(signal, 'reading of the data');
    if (ZtwError.isInstance(failure)) throw failure;
    const reason = failure instanceof Error ? failure.message : String(failure);
    throw new InvalidDataError(`The archive ${path} is damaged or incomplete (${reason}). Copy or download it again.`, {
      cause: failure,
    });
  }
  return [...images].map(([name, content]) => ({ name, read: async () => content }));
}

function tooLarge(path: string, memoryBytes: number): InvalidDataError {
  return new InvalidDataError(
    `The images in ${path} take more than ${Math.round(memoryBytes / 2 ** 20)} MiB. Unpack the archive and name the folder.`,
  );
}

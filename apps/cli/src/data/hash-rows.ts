import { createHash } from 'node:crypto';
import type { SeenRows } from '@ztw/core/evaluation';
import { throwIfAborted } from '@ztw/core/runtime';
import type { LabelledData } from './labelled-data.ts';

/** How a row becomes a hash; goes into provenance beside the hashes. */
export const rowHashName = 'first 64 bits of SHA-256 over uint8 [height, width, channels]';

const batchRows = 256;

export interface HashRowsOptions {
  /** Where there are more rows, so many at equal distances are hashed; every row when left out. */
  readonly most?: number;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal: AbortSignal;
}

/**
 * A hash of each row's pixels as the network sees them, before normalisation. Equal images have equal hashes wherever they lie; of a
 * million rows, two different ones with the same hash are found once in ten million times.
 * @throws AbortedError once the signal has fired.
 */
export async function hashRows(data: LabelledData, options: HashRowsOptions): Promise<SeenRows> {
  const { signal, onProgress } = options;
  const count = Math.min(options.most ?? data.rows, data.rows);
  const hashes = new BigUint64Array(count);
  for (let first = 0; first < count; first += batchRows) {
    throwIfAborted(signal, 'hashing of the rows');
    const rows = Int32Array.from({ length: Math.min(batchRows, count - first) }, (_, position) =>
      Math.floor(((first + position) * data.rows) / count),
    );
    const pixels = await data.pixels(rows);
    const size = pixels.length / rows.length;
    for (let row = 0; row < rows.length; row++) {
      const digest = createHash('sha256')
        .update(pixels.subarray(row * size, (row + 1) * size))
        .digest();
      hashes[first + row] = digest.readBigUInt64LE(0);
    }
    onProgress?.(first + rows.length, count);
  }
  return { rows: data.rows, hashes };
}

// Rows of one tensor, written once in order and then read at random. Shards stay in memory within the budget; the rest
// go to a blob store. Nothing here outlives a run; a resumed training computes its features again.

import type { BlobStore } from '@ztw/core';
import type { FeatureRows } from '@ztw/core/runtime';
import { guardStorage } from '../storage/guard-storage.ts';
import type { MemoryBudget } from './memory-budget.ts';

export type FeaturePrecision = 'float16' | 'float32';

export interface FeatureStoreOptions {
  /** Unique among the stores that share a scratch store; blobs are named after it. */
  readonly name: string;
  readonly rows: number;
  readonly rowElements: number;
  readonly precision: FeaturePrecision;
  readonly budget: MemoryBudget;
  /** Bytes of the budget to leave for other stores. Default 0. */
  readonly leaving?: number;
  readonly scratch: BlobStore;
  /** Bytes per shard, rounded down to whole rows. Default: an eighth of the budget, 1 to 64 MiB. */
  readonly shardBytes?: number;
}

export interface FeatureStore {
  readonly rows: number;
  /**
   * Writes the next rows.
   * @throws StorageError if a shard could not be written.
   */
  append(values: FeatureRows): Promise<void>;
  /**
   * Copies rows, in the given order, to the start of `target`.
   * Returns a promise only if it had to wait for storage.
   */
  gather(rows: Int32Array, target: FeatureRows): undefined | Promise<void>;
  /** A copy of the rows from `start` on. */
  readRange(start: number, rows: number): Promise<FeatureRows>;
  /** Frees all rows before a row. They must not be read again. */
  releaseBefore(row: number): Promise<void>;
  /** Frees everything. */
  dispose(): Promise<void>;
  /** Bytes written to the scratch store so far. */
  spilledBytes(): number;
}

/** Prefix of the names of all blobs that training spills. */
export const featurePrefix = 'features/';

const mebibyte = 2 ** 20;
const advice = 'Is the disk of the scratch store full? Free space there, or raise the memory limit.';

/** Rows of the precision's array type, all zero. */
export function newFeatureRows(precision: FeaturePrecision, elements: number): FeatureRows {
  return precision === 'float16' ? new Uint16Array(elements) : new Float32Array(elements);
}

/** Opens an empty store for a known number of rows. */
export function createFeatureStore(options: FeatureStoreOptions): FeatureStore {
  const { name, rows, rowElements, precision, budget, scratch, leaving = 0 } = options;
  const rowBytes = rowElements * (precision === 'float16' ? 2 : 4);
  const shardBytes = options.shardBytes ?? Math.min(Math.max(budget.limit / 8, mebibyte), 64 * mebibyte);
  const shardRows = Math.max(1, Math.floor(shardBytes / rowBytes));
  /** Shards by index: their bytes, null if spilled, undefined if not yet written or already freed. */
  const shards: (Uint8Array | null | undefined)[] = [];
  let writtenRows = 0;
  /** The shard that is being written, and whether it stays in memory. */
  let current: { readonly bytes: Uint8Array; readonly stays: boolean } | null = null;
  let spilled = 0;

  const shardName = (shard: number): string => `${featurePrefix}${name}/${String(shard).padStart(6, '0')}`;
  const sizeOf = (shard: number): number => Math.min(shardRows, rows - shard * shardRows) * rowBytes;

  const finishShard = async (shard: number): Promise<void> => {
    if (current === null) {
      return;
    }
    const { bytes, stays } = current;
    current = null;
    if (stays) {
      shards[shard] = bytes;
      return;
    }
    await guardStorage(`write ${shardName(shard)}`, advice, () => scratch.put(shardName(shard), bytes));
    shards[shard] = null;
    spilled += bytes.length;
    budget.release(bytes.length);
  };

  /** Reads consecutive rows within one shard. */
  const readWithin = (row: number, target: Uint8Array): undefined | Promise<void> => {
    const shard = Math.floor(row / shardRows);
    const offset = (row % shardRows) * rowBytes;
    const bytes = shards[shard];
    if (bytes === undefined) {
      throw new Error(`internal: row ${row} of ${name} is not there (${writtenRows} of ${rows} written)`);
    }
    if (bytes !== null) {
      target.set(bytes.subarray(offset, offset + target.length));
      return undefined;
    }
    const reading = scratch.readInto(shardName(shard), offset, target);
    return reading instanceof Promise ? reading : undefined;
  };

  const freeShard = async (shard: number): Promise<void> => {
    const bytes = shards[shard];
    shards[shard] = undefined;
    if (bytes) {
      budget.release(bytes.length);
    } else if (bytes === null) {
      await guardStorage(`delete ${shardName(shard)}`, advice, () => scratch.delete(shardName(shard)));
    }
  };

  return {
    rows,

    async append(values) {
      const source = bytesOf(values);
      let read = 0;
      while (read < source.length) {
        const shard = Math.floor(writtenRows / shardRows);
        const size = sizeOf(shard);
        if (size <= 0) {
          throw new Error(`internal: more than ${rows} rows were written to ${name}`);
        }
        if (current === null) {
          const stays = budget.tryTake(size, leaving);
          if (!stays) {
            budget.take(size);
          }
          current = { bytes: new Uint8Array(size), stays };
        }
        const offset = (writtenRows % shardRows) * rowBytes;
        const count = Math.min(source.length - read, size - offset);
        current.bytes.set(source.subarray(read, read + count), offset);
        read += count;
        writtenRows += count / rowBytes;
        if (offset + count === size) {
          await finishShard(shard);
        }
      }
    },

    gather(positions, target) {
      const bytes = bytesOf(target);
      const waiting: Promise<void>[] = [];
      for (let index = 0; index < positions.length; index++) {
        const part = bytes.subarray(index * rowBytes, (index + 1) * rowBytes);
        const reading = readWithin(positions[index] as number, part);
        if (reading !== undefined) {
          waiting.push(reading);
        }
      }
      return waiting.length === 0 ? undefined : Promise.all(waiting).then(() => undefined);
    },

    async readRange(start, count) {
      const values = newFeatureRows(precision, count * rowElements);
      const bytes = bytesOf(values);
      let row = start;
      while (row < start + count) {
        const end = Math.min(start + count, (Math.floor(row / shardRows) + 1) * shardRows);
        await readWithin(row, bytes.subarray((row - start) * rowBytes, (end - start) * rowBytes));
        row = end;
      }
      return values;
    },

    async releaseBefore(row) {
      for (let shard = 0; (shard + 1) * shardRows <= row && shard < shards.length; shard++) {
        await freeShard(shard);
      }
    },

    async dispose() {
      if (current !== null) {
        budget.release(current.bytes.length);
        current = null;
      }
      for (let shard = 0; shard < shards.length; shard++) {
        await freeShard(shard);
      }
    },

    spilledBytes: () => spilled,
  };
}

function bytesOf(values: FeatureRows): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

// Rows of one tensor, written once in order and then read at random. Shards stay in memory within the budget; the rest
// go to a blob store. A recorded store also writes the shards that stay in memory, so that a later process can take them
// over.

import type { BlobStore } from '@ztw/core';
import type { FeatureRows } from '@ztw/core/runtime';
import { crc32 } from '../checkpoint/crc32.ts';
import { damagedCheckpoint } from '../checkpoint/damaged-checkpoint.ts';
import { guardStorage } from '../storage/guard-storage.ts';
import type { MemoryBudget } from './memory-budget.ts';

export type FeaturePrecision = 'float16' | 'float32';

export interface FeatureStoreOptions {
  /** Unique among the stores that share a scratch store; blobs are named after it. */
  readonly name: string;
  /** Rows are numbered from `firstRow` (default 0) to `rows - 1`. */
  readonly rows: number;
  readonly firstRow?: number;
  readonly rowElements: number;
  readonly precision: FeaturePrecision;
  readonly budget: MemoryBudget;
  /** Bytes of the budget to leave for other stores. Default 0. */
  readonly leaving?: number;
  readonly scratch: BlobStore;
  /**
   * Rows per shard. Shard `n` holds the rows from `n * shardRows` on. Default: as many as fit in an eighth of the
   * budget, 1 to 64 MiB.
   */
  readonly shardRows?: number;
  /** Whether shards that stay in memory are written to `scratch` too. Default: false. */
  readonly isRecorded?: boolean;
}

/** CRC-32 of shards by the names of their blobs. */
export type ShardChecksums = Readonly<Record<string, number>>;

export interface FeatureStore {
  readonly firstRow: number;
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
  /**
   * Takes over the shards that a recorded store of the same name wrote in an earlier process, up to a row at which a
   * shard ends. Only an empty store can do that; writing goes on at that row.
   * @throws StorageError if a shard is missing or damaged.
   */
  takeOver(row: number, checksums: ShardChecksums): Promise<void>;
  /** Of the shards that were recorded. */
  checksums(): ShardChecksums;
  /** Frees everything. The store is empty then. */
  dispose(): Promise<void>;
  /** Bytes that did not fit in memory so far. */
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

/**
 * Rows per shard of stores that are written together.
 * @param rowBytes Of one row in all of them.
 */
export function shardRowsFor(rowBytes: number, budget: MemoryBudget): number {
  const shardBytes = Math.min(Math.max(budget.limit / 8, mebibyte), 64 * mebibyte);
  return Math.max(1, Math.floor(shardBytes / Math.max(1, rowBytes)));
}

/** Opens an empty store for a known number of rows. */
export function createFeatureStore(options: FeatureStoreOptions): FeatureStore {
  const {
    name,
    rows,
    firstRow = 0,
    rowElements,
    precision,
    budget,
    scratch,
    leaving = 0,
    isRecorded = false,
  } = options;
  const rowBytes = rowElements * bytesPerValue(precision);
  const shardRows = options.shardRows ?? shardRowsFor(rowBytes, budget);
  /** Shards by index: their bytes, null if spilled, undefined if not yet written or already freed. */
  const shards: (Uint8Array | null | undefined)[] = [];
  const recorded = new Map<string, number>();
  let writtenRows = firstRow;
  /** The shard that is being written, and whether it stays in memory. */
  let current: { readonly bytes: Uint8Array; readonly stays: boolean } | null = null;
  let spilled = 0;

  const shardName = (shard: number): string => `${featurePrefix}${name}/${String(shard).padStart(6, '0')}`;
  const startOf = (shard: number): number => Math.max(firstRow, shard * shardRows);
  const sizeOf = (shard: number): number => (Math.min(rows, (shard + 1) * shardRows) - startOf(shard)) * rowBytes;

  const finishShard = async (shard: number): Promise<void> => {
    if (current === null) {
      return;
    }
    const { bytes, stays } = current;
    current = null;
    if (isRecorded || !stays) {
      await guardStorage(`write ${shardName(shard)}`, advice, () => scratch.put(shardName(shard), bytes));
    }
    if (isRecorded) {
      recorded.set(shardName(shard), crc32(bytes));
    }
    keep(shard, bytes, stays);
  };

  const keep = (shard: number, bytes: Uint8Array, stays: boolean): void => {
    shards[shard] = stays ? bytes : null;
    if (!stays) {
      spilled += bytes.length;
      budget.release(bytes.length);
    }
  };

  const reserve = (bytes: number): boolean => {
    const stays = budget.tryTake(bytes, leaving);
    if (!stays) {
      budget.take(bytes);
    }
    return stays;
  };

  /** Reads consecutive rows within one shard. */
  const readWithin = (row: number, target: Uint8Array): undefined | Promise<void> => {
    const shard = Math.floor(row / shardRows);
    const offset = (row - startOf(shard)) * rowBytes;
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
    }
    const wasRecorded = recorded.delete(shardName(shard));
    if (bytes === null || wasRecorded) {
      await guardStorage(`delete ${shardName(shard)}`, advice, () => scratch.delete(shardName(shard)));
    }
  };

  return {
    firstRow,
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
          current = { stays: reserve(size), bytes: new Uint8Array(size) };
        }
        const offset = (writtenRows - startOf(shard)) * rowBytes;
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

    async takeOver(row, checksums) {
      for (let shard = Math.floor(firstRow / shardRows); startOf(shard) < row; shard++) {
        const blob = shardName(shard);
        const bytes = await guardStorage(`read ${blob}`, advice, () => scratch.get(blob));
        if (bytes === null) throw damagedCheckpoint(blob, 'it is missing');
        const checksum = crc32(bytes);
        if (bytes.length !== sizeOf(shard) || checksum !== checksums[blob]) {
          throw damagedCheckpoint(blob, 'its checksum differs from the recorded one');
        }
        keep(shard, bytes, reserve(bytes.length));
        recorded.set(blob, checksum);
        writtenRows = Math.min(rows, (shard + 1) * shardRows);
      }
    },

    checksums: () => Object.fromEntries(recorded),

    async dispose() {
      if (current !== null) {
        budget.release(current.bytes.length);
        current = null;
      }
      for (let shard = 0; shard < shards.length; shard++) {
        await freeShard(shard);
      }
      writtenRows = firstRow;
    },

    spilledBytes: () => spilled,
  };
}

/** Size of a value. */
export function bytesPerValue(precision: FeaturePrecision): number {
  return precision === 'float16' ? 2 : 4;
}

function bytesOf(values: FeatureRows): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

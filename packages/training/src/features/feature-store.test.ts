import { type BlobStore, memoryBlobStore, StorageError } from '@ztw/core';
import type { FeatureRows } from '@ztw/core/runtime';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createFeatureStore, type FeaturePrecision, newFeatureRows } from './feature-store.ts';
import { createMemoryBudget } from './memory-budget.ts';

/** A store that answers later, as browsers' do. */
function slow(store: BlobStore): BlobStore {
  return {
    ...store,
    async readInto(name, offset, target) {
      await Promise.resolve();
      await store.readInto(name, offset, target);
    },
  };
}

/** Rows whose values say which row and column they are. */
function numbered(precision: FeaturePrecision, first: number, rows: number, elements: number): FeatureRows {
  return newFeatureRows(precision, rows * elements).map((_, index) => first * elements + index);
}

describe('createFeatureStore', () => {
  test('gives back what was written, wherever the limit puts it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          precision: fc.constantFrom<FeaturePrecision>('float16', 'float32'),
          elements: fc.integer({ min: 1, max: 9 }),
          chunks: fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 8 }),
          limit: fc.integer({ min: 0, max: 2000 }),
          leaving: fc.integer({ min: 0, max: 1000 }),
          shardRows: fc.integer({ min: 1, max: 30 }),
          firstRow: fc.nat({ max: 40 }),
          isRecorded: fc.boolean(),
          isSlow: fc.boolean(),
          picks: fc.array(fc.nat(), { maxLength: 30 }),
        }),
        async ({ precision, elements, chunks, limit, leaving, shardRows, firstRow, isRecorded, isSlow, picks }) => {
          const count = chunks.reduce((sum, chunk) => sum + chunk, 0);
          const rows = firstRow + count;
          const blobs = memoryBlobStore();
          const budget = createMemoryBudget(limit);
          const store = createFeatureStore({
            name: 'x',
            rows,
            rowElements: elements,
            precision,
            budget,
            leaving,
            scratch: isSlow ? slow(blobs) : blobs,
            shardRows,
            firstRow,
            isRecorded,
          });
          let written = firstRow;
          for (const chunk of chunks) {
            await store.append(numbered(precision, written, chunk, elements));
            written += chunk;
          }
          const whole = numbered(precision, 0, rows, elements);
          expect(await store.readRange(firstRow, count)).toEqual(whole.subarray(firstRow * elements));

          const positions = Int32Array.from(count === 0 ? [] : picks.map((pick) => firstRow + (pick % count)));
          const target = newFeatureRows(precision, positions.length * elements);
          await store.gather(positions, target);
          const expected = [...positions].flatMap((row) => [...whole.subarray(row * elements, (row + 1) * elements)]);
          expect([...target]).toEqual(expected);

          const middle = firstRow + Math.floor(count / 2);
          await store.releaseBefore(middle);
          expect(await store.readRange(middle, rows - middle)).toEqual(whole.subarray(middle * elements));

          await store.dispose();
          expect(await blobs.list('')).toEqual([]);
          // All that was taken was given back, so that the whole limit can be taken again.
          expect(budget.tryTake(limit, 0)).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('stays within the limit but for the shard that is being written', async () => {
    const budget = createMemoryBudget(100);
    const options = { name: 'x', rows: 50, rowElements: 5, precision: 'float16', budget, shardRows: 4 } as const;
    const store = createFeatureStore({ ...options, scratch: memoryBlobStore() });
    await store.append(numbered('float16', 0, 50, 5));
    // Two whole shards stay, and the last one, which is half a shard.
    expect(store.spilledBytes()).toBe(500 - 100);
    expect(budget.peak()).toBe(80 + 40);
  });

  test('takes over what an earlier store recorded, and goes on there', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          rows: fc.integer({ min: 1, max: 60 }),
          firstRow: fc.nat({ max: 20 }),
          shardRows: fc.integer({ min: 1, max: 20 }),
          limits: fc.tuple(fc.nat({ max: 300 }), fc.nat({ max: 300 })),
          shards: fc.nat({ max: 8 }),
        }),
        async ({ rows: count, firstRow, shardRows, limits, shards }) => {
          const rows = firstRow + count;
          const scratch = memoryBlobStore();
          const open = (limit: number) =>
            createFeatureStore({
              ...{ name: 'x', rows, firstRow, rowElements: 3, precision: 'float32' as const, shardRows },
              ...{ budget: createMemoryBudget(limit), scratch, isRecorded: true },
            });
          const recordedTo = Math.min(rows, shards * shardRows);
          const first = open(limits[0]);
          const before = Math.max(0, recordedTo - firstRow);
          await first.append(numbered('float32', firstRow, before, 3));
          const second = open(limits[1]);
          await second.takeOver(recordedTo, first.checksums());
          await second.append(numbered('float32', firstRow + before, count - before, 3));
          expect(await second.readRange(firstRow, count)).toEqual(numbered('float32', firstRow, count, 3));
          expect(await scratch.list('')).toEqual(Object.keys(second.checksums()).sort());
          await second.dispose();
          expect(await scratch.list('')).toEqual([]);
        },
      ),
    );
  });

  test('refuses a recorded shard that is damaged or missing', async () => {
    const scratch = memoryBlobStore();
    const options = { name: 'x', rows: 4, rowElements: 1, precision: 'float16', scratch, shardRows: 2 } as const;
    const open = () => createFeatureStore({ ...options, budget: createMemoryBudget(100), isRecorded: true });
    const store = open();
    await store.append(Uint16Array.of(1, 2, 3, 4));
    const checksums = store.checksums();
    const [first, second] = Object.keys(checksums) as [string, string];
    await scratch.put(second, Uint8Array.of(3, 0, 5, 0));
    await expect(open().takeOver(4, checksums)).rejects.toThrow(
      /"features\/x\/000001" is damaged: its checksum differs/,
    );
    await scratch.delete(first);
    await expect(open().takeOver(4, checksums)).rejects.toThrow(/"features\/x\/000000" is damaged: it is missing/);
  });

  test('reads from memory without waiting', async () => {
    const options = { name: 'x', rows: 2, rowElements: 1, precision: 'float16', scratch: memoryBlobStore() } as const;
    const store = createFeatureStore({ ...options, budget: createMemoryBudget(1000) });
    await store.append(Uint16Array.of(7, 8));
    const target = new Uint16Array(1);
    expect(store.gather(Int32Array.of(1), target)).toBeUndefined();
    expect(target[0]).toBe(8);
  });

  test('names what it could not write', async () => {
    const scratch = { ...memoryBlobStore(), put: () => Promise.reject(new Error('no space left')) };
    const options = { name: 'x', rows: 2, rowElements: 1, precision: 'float16', scratch } as const;
    const store = createFeatureStore({ ...options, budget: createMemoryBudget(0) });
    const writing = store.append(Uint16Array.of(1, 2));
    await expect(writing).rejects.toThrow(StorageError);
    await expect(writing).rejects.toThrow(/Could not write features\/x\/000000/);
  });
});

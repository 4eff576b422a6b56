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
          shardBytes: fc.integer({ min: 1, max: 300 }),
          isSlow: fc.boolean(),
          picks: fc.array(fc.nat(), { maxLength: 30 }),
        }),
        async ({ precision, elements, chunks, limit, leaving, shardBytes, isSlow, picks }) => {
          const rows = chunks.reduce((sum, count) => sum + count, 0);
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
            shardBytes,
          });
          let written = 0;
          for (const count of chunks) {
            await store.append(numbered(precision, written, count, elements));
            written += count;
          }
          const whole = numbered(precision, 0, rows, elements);
          expect(await store.readRange(0, rows)).toEqual(whole);

          const positions = Int32Array.from(rows === 0 ? [] : picks.map((pick) => pick % rows));
          const target = newFeatureRows(precision, positions.length * elements);
          await store.gather(positions, target);
          const expected = [...positions].flatMap((row) => [...whole.subarray(row * elements, (row + 1) * elements)]);
          expect([...target]).toEqual(expected);

          const middle = Math.floor(rows / 2);
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
    const options = { name: 'x', rows: 50, rowElements: 5, precision: 'float16', budget, shardBytes: 40 } as const;
    const store = createFeatureStore({ ...options, scratch: memoryBlobStore() });
    await store.append(numbered('float16', 0, 50, 5));
    // Two whole shards stay, and the last one, which is half a shard.
    expect(store.spilledBytes()).toBe(500 - 100);
    expect(budget.peak()).toBe(80 + 40);
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

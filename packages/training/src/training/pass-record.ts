// The record of a pass over all segments, from which a later process goes on: which rows are stored, in shards that
// outlive the process.

import { type BlobStore, StorageError } from '@ztw/core';
import type { RecordedFeatures } from '../checkpoint/resume-point.ts';
import type { TrainingCheckpoint } from '../checkpoint/training-checkpoint.ts';
import { featurePrefix } from '../features/feature-store.ts';
import { guardStorage } from '../storage/guard-storage.ts';
import type { PassStores } from './pass-stores.ts';
import type { SweepPlan } from './sweep-plan.ts';

export interface PassRecord {
  readonly store: BlobStore;
  readonly shardRows: number;
  /**
   * Fills empty stores with what an earlier process recorded. Features can be computed again, so a record that is
   * damaged or gone is given up, not an error.
   * @returns the number of rows; 0 where there is no record.
   */
  restore(stores: PassStores): Promise<number>;
  /** Records the rows before `end`, down to the last whole shard. Returns whether there are more than before. */
  save(stores: PassStores, end: number): Promise<boolean>;
}

/** A pass is recorded at least this often, so that a stop loses a twentieth of it at most. */
const leastShards = 20;
/** Most bytes of all shards of the same rows. */
const shardsBytes: number = 64 * 2 ** 20;

/** @param earlier What an earlier process recorded; null for a new record. */
export function createPassRecord(
  store: BlobStore,
  checkpoint: TrainingCheckpoint,
  earlier: RecordedFeatures | null,
  { rows: { rows }, peakBytes }: Pick<SweepPlan, 'rows' | 'peakBytes'>,
): PassRecord {
  const rowBytes = Math.max(1, peakBytes / rows);
  const shardRows = earlier?.shardRows ?? Math.ceil(Math.min(rows / leastShards, shardsBytes / rowBytes));
  let recorded = 0;
  return {
    store,
    shardRows,
    async restore(stores) {
      if (earlier === null) return 0;
      try {
        for (const each of stores.all()) await each.takeOver(earlier.rows, earlier.checksums);
        recorded = earlier.rows;
      } catch (error) {
        if (!StorageError.isInstance(error)) throw error;
        for (const each of stores.all()) await each.dispose();
        await wipeFeatures(store, 'store of features');
      }
      return recorded;
    },
    async save(stores, end) {
      const whole = end === rows ? end : Math.floor(end / shardRows) * shardRows;
      if (whole <= recorded) return false;
      const checksums = Object.assign({}, ...stores.all().map((each) => each.checksums()));
      await checkpoint.saveFeatures({ rows: whole, shardRows, checksums });
      recorded = whole;
      return true;
    },
  };
}

/** Deletes all features from a store. */
export async function wipeFeatures(store: BlobStore, what: string): Promise<void> {
  await guardStorage(`clear the ${what}`, 'Check that its folder can be read and written.', async () => {
    for (const name of await store.list(featurePrefix)) await store.delete(name);
  });
}

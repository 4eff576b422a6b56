// Checkpoints of one job in a store that several jobs share. A job finds its own and deletes those of other jobs.

import { sha256 } from '@ztw/bundle';
import type { BlobStore } from '@ztw/core';
import type { TrainableNetwork } from '@ztw/heads';
import { guardStorage } from '../storage/guard-storage.ts';
import { storeWithin } from '../storage/store-within.ts';
import type { NewClassesJob } from './new-classes-job.ts';

export interface JobCheckpoints {
  readonly store: BlobStore;
  /** Deletes all of them. */
  clear(): Promise<void>;
}

const root = 'new-classes/';
const advice = 'Check that the store of the checkpoints can be read and written.';

/**
 * Opens the checkpoints of a job, which its data and options identify, and deletes those of other jobs.
 * @throws StorageError if the store fails.
 */
export async function jobCheckpoints(
  store: BlobStore,
  network: TrainableNetwork,
  job: NewClassesJob,
): Promise<JobCheckpoints> {
  const place = `${root}${await keyOf(network, job)}/`;
  const deleteWhere = (matches: (name: string) => boolean): Promise<void> =>
    guardStorage('clear old checkpoints', advice, async () => {
      for (const name of await store.list(root)) {
        if (matches(name)) await store.delete(name);
      }
    });
  await deleteWhere((name) => !name.startsWith(place));
  return { store: storeWithin(store, place), clear: () => deleteWhere(() => true) };
}

async function keyOf({ name, backboneMacs }: TrainableNetwork, job: NewClassesJob): Promise<string> {
  const { training, heldOut = null, ...options } = job;
  const hashes: string[] = [];
  for (const array of [training.rows, training.labels, heldOut?.rows, heldOut?.labels]) {
    if (array !== undefined)
      hashes.push(await sha256(new Uint8Array(array.buffer, array.byteOffset, array.byteLength)));
  }
  return sha256(new TextEncoder().encode(JSON.stringify({ name, backboneMacs, options, hashes })));
}

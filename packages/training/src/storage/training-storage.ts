// Where the making of a bundle keeps what outlives one step of it. Several trainings share it, each under a place of its own.

import { type BlobStore, memoryBlobStore } from '@ztw/core';
import { storeWithin } from './store-within.ts';

export interface TrainingStorage {
  /** Results of finished networks, and measurements. */
  readonly results: BlobStore;
  /** Checkpoints of one training. */
  checkpoints(place: string): BlobStore;
  /** Room for features during one training; of no use after it. */
  scratch(place: string): BlobStore;
}

export interface TrainingStorageOptions {
  /** Outlives the process where a training is to go on after a kill. Default: memory. */
  readonly checkpoints?: BlobStore;
  /** Takes features above the memory limit. Default: memory. */
  readonly scratch?: BlobStore;
}

/** Storage over one or two blob stores, for one job at a time. */
export function trainingStorage(options: TrainingStorageOptions = {}): TrainingStorage {
  const { checkpoints = memoryBlobStore(), scratch = memoryBlobStore() } = options;
  return {
    results: checkpoints,
    checkpoints: (place) => storeWithin(checkpoints, `${place}/checkpoints/`),
    scratch: (place) => storeWithin(scratch, `${place}/scratch/`),
  };
}

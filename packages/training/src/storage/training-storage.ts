// Storage for data that outlives one step of making a bundle. Several trainings share it; each has its own place.

import { type BlobStore, memoryBlobStore } from '@ztw/core';
import { storeWithin } from './store-within.ts';

export interface TrainingStorage {
  /** Results of finished networks, and measurements. */
  readonly results: BlobStore;
  /** Checkpoints of one training. */
  checkpoints(place: string): BlobStore;
  /** Features during one training; not needed afterwards. */
  scratch(place: string): BlobStore;
  /** Features that a stopped training goes on with; null where they are computed again. */
  features(place: string): BlobStore | null;
}

export interface TrainingStorageOptions {
  /** To resume a training after a kill, give a store that outlives the process. Default: memory. */
  readonly checkpoints?: BlobStore;
  /** Takes features above the memory limit. Default: memory. */
  readonly scratch?: BlobStore;
  /**
   * Takes all features, so that a training which is stopped while it computes them goes on where it was. Give a store on
   * a disk with room for them. Default: none; they are computed again.
   */
  readonly features?: BlobStore;
}

/** Storage over one to three blob stores, for one job at a time. */
export function trainingStorage(options: TrainingStorageOptions = {}): TrainingStorage {
  const { checkpoints = memoryBlobStore(), scratch = memoryBlobStore(), features } = options;
  return {
    results: checkpoints,
    checkpoints: (place) => storeWithin(checkpoints, `${place}/checkpoints/`),
    scratch: (place) => storeWithin(scratch, `${place}/scratch/`),
    features: (place) => (features === undefined ? null : storeWithin(features, `${place}/recorded/`)),
  };
}

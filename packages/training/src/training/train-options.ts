// The options and the result of the trainer.

import type { BlobStore } from '@ztw/core';
import type { MathKernels, SegmentedBackbone } from '@ztw/core/runtime';
import type { Head, HeadSpecification } from '@ztw/heads';
import type { TrainingProgress } from './training-progress.ts';
import type { TrainingRecipe } from './training-recipe.ts';

/** Rows to train on. */
export interface TrainingData {
  readonly rows: number;
  /** Number of versions of each row, at least 1. Copy 0 is the original; the others are augmented. */
  readonly copies: number;
  /** One class index per row; null trains from the backbone's own predictions alone. */
  readonly labels: Int32Array | null;
  /**
   * Input rows `[rows.length, ...inputShape]`, in the given order.
   * The same row and copy must give the same values at every call. Otherwise a resumed training differs.
   */
  read(rows: Int32Array, copy: number): Promise<Float32Array>;
}

/** Rows that pass the same sweep without training, for ensembles and thresholds. */
export interface HeldOutData {
  readonly rows: number;
  /** Used only for the accuracy in progress events. */
  readonly labels: Int32Array | null;
  /** Input rows `[rows.length, ...inputShape]`, in the given order. */
  read(rows: Int32Array): Promise<Float32Array>;
}

/** Logits of the previous network in a chain. The first IC of this network recycles them. */
export interface NetworkLogits {
  /** `[copies * rows, classes]` on the training rows: all rows of copy 0, then all of copy 1, ... */
  readonly training: Float32Array;
  /** `[heldOut.rows, classes]` */
  readonly heldOut: Float32Array;
}

/** One set of ICs, one IC per cut. Several sets are trained on the same features in one sweep. */
export interface HeadVariant {
  /** For reports and results: `ztw`, `sdn`. */
  readonly name: string;
  /**
   * One head per cut. Its input shape is that of the cut's first boundary tensor. At each cut, the heads of all
   * variants share the parameter-free prefix, because the features are cached after it.
   */
  readonly heads: readonly HeadSpecification[];
}

export interface TrainOptions {
  /** The heavy operations: `tensorflowKernels(tf)` of `@ztw/runtime-tfjs`, or any implementation of the contract. */
  readonly kernels: MathKernels;
  readonly backbone: SegmentedBackbone;
  readonly data: TrainingData;
  readonly heldOut?: HeldOutData | null;
  readonly variants: readonly HeadVariant[];
  /**
   * Logits of the previous network in a chain, on the same rows. Heads at the first cut may then have a cascade.
   * Default: none.
   */
  readonly previousNetwork?: NetworkLogits | null;
  /**
   * Whether to return the backbone's own logits on the training rows, for the next network of a chain. Default: false.
   */
  readonly wantNetworkLogits?: boolean;
  /** Overrides of `defaultTrainingRecipe`. */
  readonly recipe?: Partial<TrainingRecipe>;
  /** Stores features above the memory limit. Blobs of an earlier run under `features/` are deleted. */
  readonly scratch: BlobStore;
  /** Bytes of features to hold in memory. Default 2 GiB. */
  readonly memoryLimit?: number;
  /** Store of checkpoints, to write and to resume from. Default: none. */
  readonly checkpoints?: BlobStore | null;
  /**
   * Store that outlives the process, for the features that ICs are trained on. With it and `checkpoints`, a training that
   * was stopped in a pass over all segments goes on where it was; without it, it computes the features again. Takes
   * `featureBytes` of the `planned` event. Default: none.
   */
  readonly features?: BlobStore | null;
  /**
   * Further identity of this training, such as the hash of the network's file. A checkpoint with another identity is
   * refused. Default: empty.
   */
  readonly identity?: string;
  readonly onProgress?: (event: TrainingProgress) => void;
  readonly signal?: AbortSignal;
}

/** One trained set of ICs. */
export interface TrainedVariant {
  readonly name: string;
  /** One per cut, with the full specification of the options. */
  readonly heads: readonly Head[];
  /** `[heldOut.rows, classes]` at every exit, the backbone's own classifier last; empty without held-out rows. */
  readonly heldOutLogits: readonly Float32Array[];
  /** Per cut: mean accuracy over the last epoch, while the IC was still in training. */
  readonly trainAccuracy: readonly number[];
  /** Per cut: mean loss over the last epoch. */
  readonly trainLoss: readonly number[];
  /** Per cut: milliseconds per optimiser step without reading features; null if the cut was trained before a resume. */
  readonly stepMilliseconds: readonly (number | null)[];
}

export interface TrainingTimings {
  /** Running segments, reading input and writing features. */
  readonly featureSeconds: number;
  /** Optimiser steps, including reading of cached features. */
  readonly trainingSeconds: number;
  /** Logits of trained ICs on training and held-out rows. */
  readonly logitsSeconds: number;
  readonly totalSeconds: number;
}

export interface TrainResult {
  readonly variants: readonly TrainedVariant[];
  /** The backbone's own logits; null unless requested. */
  readonly networkLogits: NetworkLogits | null;
  /** Passes of the training data through the busiest segment, per augmented copy, in this process. */
  readonly backbonePasses: number;
  /** Peak bytes of features in memory. */
  readonly peakFeatureBytes: number;
  /** Bytes of features written to the scratch store. */
  readonly spilledBytes: number;
  /** Of this process. A resumed training counts from the resume. */
  readonly timings: TrainingTimings;
}

// What the trainer takes and gives.

import type { BlobStore } from '@ztw/core';
import type { MathKernels, SegmentedBackbone } from '@ztw/core/runtime';
import type { Head, HeadSpecification } from '@ztw/heads';
import type { TrainingProgress } from './training-progress.ts';
import type { TrainingRecipe } from './training-recipe.ts';

/** Rows to train on. */
export interface TrainingData {
  readonly rows: number;
  /** How many versions of each row there are, at least 1: copy 0 as it is, the others augmented. */
  readonly copies: number;
  /** One class index per row; null trains from the backbone's own predictions alone. */
  readonly labels: Int32Array | null;
  /**
   * Input rows `[rows.length, ...inputShape]`, in the given order.
   * The same row and copy must give the same values at every call; without that a resumed training is not the same one.
   */
  read(rows: Int32Array, copy: number): Promise<Float32Array>;
}

/** Rows that go through the same sweep without being trained on, for ensembles and thresholds. */
export interface HeldOutData {
  readonly rows: number;
  /** Only for the accuracy in progress events. */
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

/** One set of ICs, one for each cut. Several sets are trained on the same features in one sweep. */
export interface HeadVariant {
  /** For reports and results: `ztw`, `sdn`. */
  readonly name: string;
  /**
   * One head per cut; its input shape is that of the cut's first boundary tensor. At one cut, the heads of all variants share the
   * parameter-free prefix, because the features are cached behind it.
   */
  readonly heads: readonly HeadSpecification[];
}

export interface TrainOptions {
  /** The heavy operations: `tensorflowKernels(tf)` of `@ztw/runtime-tfjs`, or any that keep the contract. */
  readonly kernels: MathKernels;
  readonly backbone: SegmentedBackbone;
  readonly data: TrainingData;
  readonly heldOut?: HeldOutData | null;
  readonly variants: readonly HeadVariant[];
  /** Logits of the network before in a chain, on the same rows. Heads at the first cut may then have a cascade. Default: none. */
  readonly previousNetwork?: NetworkLogits | null;
  /** Whether to return the backbone's own logits on the training rows, for the next network of a chain. Default: false. */
  readonly wantNetworkLogits?: boolean;
  /** What differs from `defaultTrainingRecipe`. */
  readonly recipe?: Partial<TrainingRecipe>;
  /** Takes features above the memory limit. What an earlier run left under `features/` is deleted. */
  readonly scratch: BlobStore;
  /** Bytes of features to hold in memory. Default 2 GiB. */
  readonly memoryLimit?: number;
  /** Where to write checkpoints, and to resume from. Default: none. */
  readonly checkpoints?: BlobStore | null;
  /**
   * What else makes this training what it is, such as the hash of the network's file: a checkpoint with another identity is refused.
   * Default: empty.
   */
  readonly identity?: string;
  readonly onProgress?: (event: TrainingProgress) => void;
  readonly signal?: AbortSignal;
}

/** One trained set of ICs. */
export interface TrainedVariant {
  readonly name: string;
  /** One per cut, in the full specification that was asked for. */
  readonly heads: readonly Head[];
  /** `[heldOut.rows, classes]` at every exit, the backbone's own last; empty without held-out rows. */
  readonly heldOutLogits: readonly Float32Array[];
  /** Per cut: mean accuracy over the last epoch, while the IC was still learning. */
  readonly trainAccuracy: readonly number[];
  /** Per cut: mean loss over the last epoch. */
  readonly trainLoss: readonly number[];
  /** Per cut: milliseconds per optimiser step, reading of features not counted; null where it was done before a resume. */
  readonly stepMilliseconds: readonly (number | null)[];
}

export interface TrainingTimings {
  /** Running segments, reading input and writing features. */
  readonly featureSeconds: number;
  /** Optimiser steps, reading of cached features included. */
  readonly trainingSeconds: number;
  /** Logits of trained ICs on training and held-out rows. */
  readonly logitsSeconds: number;
  readonly totalSeconds: number;
}

export interface TrainResult {
  readonly variants: readonly TrainedVariant[];
  /** The backbone's own logits; null unless they were asked for. */
  readonly networkLogits: NetworkLogits | null;
  /** How often the training data went through the backbone's busiest segment, per augmented copy; measured in this process. */
  readonly backbonePasses: number;
  /** Most bytes of features that were held in memory at once. */
  readonly peakFeatureBytes: number;
  /** Bytes of features that were written to the scratch store. */
  readonly spilledBytes: number;
  /** Of this process; a resumed training counts from the resume. */
  readonly timings: TrainingTimings;
}

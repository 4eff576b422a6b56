// The state of a training at one moment: everything that it needs to resume.

import type { AdamState } from '../optimiser/adam.ts';

/** Sums over the rows of an epoch. */
export interface EpochTotals {
  readonly loss: number;
  readonly correct: number;
  readonly rows: number;
}

/** One IC in the middle of its training. */
export interface LearnerState {
  readonly values: Float32Array;
  readonly adam: AdamState;
  /** Of the current epoch. */
  readonly running: EpochTotals;
  /** Of the last complete epoch; null before the end of the first. */
  readonly lastEpoch: EpochTotals | null;
}

/** All ICs of one cut in the middle of their training. */
export interface CutState {
  readonly cut: number;
  /** Completed epochs. */
  readonly epoch: number;
  /** Completed steps of the current epoch. */
  readonly step: number;
  /** One per variant. */
  readonly learners: readonly LearnerState[];
}

/** One trained IC. */
export interface FinishedIc {
  /** All parameters, in the order of the head's names. */
  readonly values: Float32Array;
  readonly trainLoss: number;
  readonly trainAccuracy: number;
  /** `[heldOut.rows, classes]` */
  readonly heldOutLogits: Float32Array;
}

/** All ICs of one cut. */
export interface FinishedCut {
  /** One per variant. */
  readonly ics: readonly FinishedIc[];
}

/**
 * Logits on the training rows of a finished cut, for the cascade at the next cut; null for a variant without cascade.
 */
export type TrainLogits = readonly (Float32Array | null)[];

/** Rows of a pass over all segments whose results are stored. */
export interface RecordedFeatures {
  /** The rows before this one, in the order of the plan. */
  readonly rows: number;
  readonly shardRows: number;
  /** CRC-32 of every shard, by the name of its blob. */
  readonly checksums: Readonly<Record<string, number>>;
}

/** The state that a checkpoint holds. */
export interface ResumePoint {
  readonly finished: readonly FinishedCut[];
  /** Of the last finished cut; null where there is none. */
  readonly trainLogits: TrainLogits | null;
  /** Of the next cut; null where its training has not begun. */
  readonly state: CutState | null;
  /** What the pass over all segments has stored; null where nothing is recorded. */
  readonly features: RecordedFeatures | null;
  /** The backbone's own logits on the training rows; null where they are not needed or not stored. */
  readonly teacherLogits: Float32Array | null;
  /** The backbone's own logits on the held-out rows; null before the end of the sweep. */
  readonly finalLogits: Float32Array | null;
}

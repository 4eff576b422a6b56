// What a classification returns.

import type { StageDescription } from '../contract/staged-model.ts';

/** The answer for one row. */
export interface RowResult {
  /** Position of the row in the input. */
  readonly row: number;
  /** Most probable class; the first of several equal ones. */
  readonly labelIndex: number;
  /** Its name, or null where the model carries none. */
  readonly label: string | null;
  /** `[classes]`, sums to 1. */
  readonly probabilities: Float32Array;
  /** The exit where the row left, over all networks of a chain: what was computed, and so what it cost. */
  readonly exitIndex: number;
  /** Name of the stage that ends in that exit. */
  readonly stageName: string;
  /** The exit whose prediction is the answer; another than `exitIndex` only by the fallback `most-confident`. */
  readonly answerExitIndex: number;
  /** MACs spent on this row. */
  readonly macs: number;
  /** The same as a fraction of the backbone's MACs; above 1 where ICs and earlier networks cost more than was saved. */
  readonly macsFraction: number;
}

export interface ClassificationSummary {
  readonly rows: number;
  /** How many rows left at each exit. */
  readonly exitHistogram: readonly number[];
  /** Mean MACs per row; 0 without rows. */
  readonly meanMacs: number;
  readonly meanMacsFraction: number;
}

export interface Classification {
  /** One per input row, in the order of the input. */
  readonly results: readonly RowResult[];
  readonly summary: ClassificationSummary;
}

/** What happened at one stage of one batch. */
export interface StageEvent {
  readonly stageIndex: number;
  readonly stage: StageDescription;
  /** Rows that the stage was run for. */
  readonly rowsEntering: number;
  /** Answers of the rows that left here; they are final. */
  readonly leaving: readonly RowResult[];
}

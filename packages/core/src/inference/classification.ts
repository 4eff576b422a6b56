// What a classification returns, and how it is made from answers and costs.

import type { StageDescription, StagedModel } from '../contract/staged-model.ts';
import { cumulativeCosts } from '../costs/exit-costs.ts';
import { argMax } from '../numeric/arg-max.ts';
import type { Answers } from './answers.ts';

/** The answer for one row. */
export interface RowResult {
  /** Position of the row in the input. */
  readonly row: number;
  /** Most probable class; the first of several equal ones. */
  readonly labelIndex: number;
  /** Name of that class; null if the model has no names. */
  readonly label: string | null;
  /** `[classes]`, sums to 1. */
  readonly probabilities: Float32Array;
  /** The exit where the row left, counted over all networks of a chain. It determines the cost. */
  readonly exitIndex: number;
  /** Name of the stage that ends in that exit. */
  readonly stageName: string;
  /** The exit whose prediction is the answer; it differs from `exitIndex` only with the fallback `most-confident`. */
  readonly answerExitIndex: number;
  /** MACs spent on this row. */
  readonly macs: number;
  /** The same as a fraction of the backbone's MACs; above 1 if ICs and earlier networks cost more than was saved. */
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

/**
 * Cost per row of leaving at each exit: `cost_m = sum_{j<=m} (segmentMacs_j + headMacs_j)`.
 * In a chain the sum includes all earlier networks, because the row has passed through them.
 * @returns MACs per row, one per exit, ascending.
 */
export function exitCosts({
  stages,
}: {
  readonly stages: readonly { readonly segmentMacs: number; readonly headMacs: number }[];
}): readonly number[] {
  return cumulativeCosts(
    stages.map((stage) => stage.segmentMacs),
    stages.map((stage) => stage.headMacs),
  );
}

/** The exit where rows leave, as their results describe it. */
export interface Departure {
  readonly exitIndex: number;
  readonly stageName: string;
  /** MACs per row up to here. */
  readonly macs: number;
}

/**
 * Results of the rows that leave.
 * @param leaving Positions of those rows among the current ones.
 * @param rowNumbers Position of each current row in the whole input.
 */
export function rowResults(
  { classes, labels, backboneMacs }: Pick<StagedModel, 'classes' | 'labels' | 'backboneMacs'>,
  { exitIndex, stageName, macs }: Departure,
  answers: Answers,
  leaving: Int32Array,
  rowNumbers: Int32Array,
): readonly RowResult[] {
  return Array.from(leaving, (position) => {
    const start = position * classes;
    const labelIndex = argMax(answers.probabilities, start, classes);
    return {
      row: rowNumbers[position] as number,
      labelIndex,
      label: labels?.[labelIndex] ?? null,
      probabilities: answers.probabilities.slice(start, start + classes),
      exitIndex,
      stageName,
      answerExitIndex: answers.exits[position] as number,
      macs,
      macsFraction: macs / backboneMacs,
    };
  });
}

/** Counts exits and averages costs. */
export function summarise(results: readonly RowResult[], exitCount: number): ClassificationSummary {
  const exitHistogram = new Array<number>(exitCount).fill(0);
  let macs = 0;
  let macsFraction = 0;
  for (const result of results) {
    exitHistogram[result.exitIndex] = (exitHistogram[result.exitIndex] ?? 0) + 1;
    macs += result.macs;
    macsFraction += result.macsFraction;
  }
  const rows = results.length;
  const divisor = Math.max(1, rows);
  return { rows, exitHistogram, meanMacs: macs / divisor, meanMacsFraction: macsFraction / divisor };
}

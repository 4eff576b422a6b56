// Everything that is carried from exit to exit beside the features. It is compacted in one place, so that nothing can
// be left at the old number of rows when some of them leave.

import { takeRows } from '../numeric/take-rows.ts';
import { type Answers, keepAnswers } from './answers.ts';
import type { ExitMethod } from './exit-method.ts';

export interface Recycled {
  /** Position of each current row in the whole input. `[rows]` */
  readonly rowNumbers: Int32Array;
  /** Raw logits of the exit before, `[rows, classes]`; null before the first exit. */
  readonly previousLogits: Float32Array | null;
  readonly ensembleState: unknown;
  readonly policyState: unknown;
  /** Most confident answers so far; null before the first exit, and where the fallback does not need them. */
  readonly mostConfident: Answers | null;
}

/**
 * What is carried before the first exit: all rows, and no prediction.
 * @param firstRow Position of the first of them in the whole input.
 */
export function startRecycling(
  firstRow: number,
  rows: number,
  classes: number,
  { ensemble, policy }: ExitMethod,
): Recycled {
  return {
    rowNumbers: Int32Array.from({ length: rows }, (_, row) => firstRow + row),
    previousLogits: null,
    ensembleState: ensemble.init(rows, classes),
    policyState: policy.init(rows),
    mostConfident: null,
  };
}

/**
 * What is carried on for the rows that stay.
 * @param kept Positions among the current rows, ascending.
 */
export function keepRecycled(
  { rowNumbers, previousLogits, ensembleState, policyState, mostConfident }: Recycled,
  kept: Int32Array,
  classes: number,
  { ensemble, policy }: ExitMethod,
): Recycled {
  return {
    rowNumbers: takeRows(rowNumbers, 1, kept),
    previousLogits: previousLogits === null ? null : takeRows(previousLogits, classes, kept),
    ensembleState: ensemble.keepRows(ensembleState, kept),
    policyState: policy.keepRows(policyState, kept),
    mostConfident: mostConfident === null ? null : keepAnswers(mostConfident, classes, kept),
  };
}

/** Number of rows in several cohorts. */
export function countRows(cohorts: readonly Pick<Recycled, 'rowNumbers'>[]): number {
  return cohorts.reduce((rows, cohort) => rows + cohort.rowNumbers.length, 0);
}

// The decision at one exit, on the host: from logits to answers and departures. It does not see features.

import type { Ensemble } from '../contract/ensemble.ts';
import type { ExitPolicy } from '../contract/exit-policy.ts';
import { InvalidInputError } from '../errors/errors.ts';
import { firstNotFinite } from '../numeric/first-not-finite.ts';
import { takeRows } from '../numeric/rows.ts';
import { toProbabilities } from '../numeric/softmax.ts';
import { type Answers, answersOf, choose, keepAnswers, moreConfident } from './answers.ts';

/** How rows are answered: the ensemble of their predictions, the policy that releases them, and the fallback. */
export interface ExitMethod {
  readonly policy: ExitPolicy;
  readonly ensemble: Ensemble;
  /**
   * The answer of a row that no exit releases, not even the last one: the last prediction, or the most confident one.
   */
  readonly fallback: 'last' | 'most-confident';
}

/**
 * Everything that is carried from exit to exit besides the features. It is compacted in one place, so that all parts
 * always have the same number of rows.
 */
export interface Recycled {
  /** Position of each current row in the whole input. `[rows]` */
  readonly rowNumbers: Int32Array;
  /** Raw logits of the exit before, `[rows, classes]`; null before the first exit. */
  readonly previousLogits: Float32Array | null;
  readonly ensembleState: unknown;
  readonly policyState: unknown;
  /** Most confident answers so far; null before the first exit, or if the fallback does not need them. */
  readonly mostConfident: Answers | null;
}

/**
 * The state before the first exit: all rows, and no prediction.
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
 * The state of the rows that stay.
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

/** All rows after the decision at an exit, before compaction. */
export interface ExitDecision {
  readonly recycled: Recycled;
  /** The answer of each row if it leaves here. */
  readonly answers: Answers;
  /** Positions of the rows that stay, and of those that leave; both ascending. */
  readonly kept: Int32Array;
  readonly leaving: Int32Array;
}

/** Where in the network, or chain of networks, a decision is made. */
export interface ExitPosition {
  readonly exitIndex: number;
  readonly exitCount: number;
  readonly classes: number;
}

/**
 * Takes the logits of one exit and decides which rows leave. At the last exit all do; the policy then only decides
 * which of them need the fallback.
 * @param logits `[rows, classes]`, finite, of the current rows.
 * @throws InvalidInputError if the ensemble or the policy returns values that do not fit the rows and classes.
 */
export function decideExit(
  logits: Float32Array,
  { exitIndex, exitCount, classes }: ExitPosition,
  recycled: Recycled,
  { policy, ensemble, fallback }: ExitMethod,
): ExitDecision {
  const rows = recycled.rowNumbers.length;
  const combined = ensemble.update(recycled.ensembleState, exitIndex, logits);
  const probabilities = toProbabilities(combined.logProbabilities);
  if (probabilities.length !== logits.length || firstNotFinite(probabilities) >= 0) {
    throw new InvalidInputError(
      `Expected ${logits.length} log-probabilities without NaN from ensemble '${ensemble.name}' at exit ${exitIndex}; ` +
        `received ${probabilities.length}, some of them NaN or missing. Check its weights and its number of exits.`,
      { expected: logits.length, received: probabilities.length, path: ensemble.name },
    );
  }

  const vote = policy.update(recycled.policyState, { exitIndex, exitCount, rows, classes, probabilities });
  if (vote.exits.length !== rows) {
    throw new InvalidInputError(
      `Expected a decision for each of ${rows} rows from policy '${policy.name}'; received ${vote.exits.length}.`,
      { expected: rows, received: vote.exits.length, path: policy.name },
    );
  }

  const now = answersOf(probabilities, exitIndex, rows);
  const mostConfident = fallback === 'most-confident' ? moreConfident(recycled.mostConfident, now, classes) : null;
  const isLast = exitIndex === exitCount - 1;
  return {
    recycled: {
      rowNumbers: recycled.rowNumbers,
      previousLogits: logits,
      ensembleState: combined.state,
      policyState: vote.state,
      mostConfident,
    },
    answers: isLast && mostConfident !== null ? choose(vote.exits, now, mostConfident, classes) : now,
    ...splitRows(isLast ? new Uint8Array(rows).fill(1) : vote.exits),
  };
}

/** @param exits One per row: 0 = stays, anything else = leaves. */
function splitRows(exits: Uint8Array): Pick<ExitDecision, 'kept' | 'leaving'> {
  const kept = new Int32Array(exits.length);
  const leaving = new Int32Array(exits.length);
  let keptCount = 0;
  let leavingCount = 0;
  for (let row = 0; row < exits.length; row++) {
    if (exits[row] === 0) kept[keptCount++] = row;
    else leaving[leavingCount++] = row;
  }
  return { kept: kept.subarray(0, keptCount), leaving: leaving.subarray(0, leavingCount) };
}

// A kind of policy scores how certain an exit is of a row, as one number. A policy of the kind compares the score with
// a limit.
// A live run and a sweep over stored predictions use the same score.

import type { Comparison, ExitPolicy, ExitPolicyInput, LimitSpecification } from '../contract/exit-policy.ts';
import { InvalidInputError } from '../errors/errors.ts';
import { checkedLimits, formatLimits, type LimitRange, limitAt, type PerExit } from './per-exit.ts';

/** Scores of one exit, and the state that the next exit's scores need. */
export interface ExitScores<State> {
  readonly state: State;
  /** `[rows]` */
  readonly scores: ArrayLike<number>;
}

/** How certain exits are of rows: pure functions over a state that is returned. */
export interface ExitScore<State = unknown> {
  init(rows: number): State;
  update(state: State, input: ExitPolicyInput): ExitScores<State>;
  /** State of the rows that stay, by position among the current rows. */
  keepRows(state: State, kept: Int32Array): State;
}

/** A score that the graph of a single ONNX file can compute at each exit alone. */
export type GraphScore = 'largest-probability' | 'lead-of-largest' | 'entropy';

export interface PolicyKind<State = unknown> {
  /** In specifications and on the command line: `confidence`. */
  readonly kind: string;
  /** Name of the factory, from which policies get their names: `confidenceThreshold`. */
  readonly factory: string;
  readonly score: ExitScore<State>;
  /** The scores that stored predictions already hold, equal to those of `score`; absent if they hold none. */
  readonly storedScores?: (predictions: { readonly confidences: readonly Float32Array[] }) => readonly Float32Array[];
  /**
   * Comparisons of the score with the limit that may release a row; the first is the default. All have the same
   * direction.
   */
  readonly comparisons: readonly [Comparison, ...Comparison[]];
  /** The range of a limit. */
  readonly limits: LimitRange;
  /** Limits worth sweeping, from the loosest to the strictest. */
  settings(network: { readonly exitCount: number; readonly classes: number }): ArrayLike<number>;
  /** How a graph computes the score; null if a single file cannot, because the score depends on several exits. */
  readonly graphScore: GraphScore | null;
}

/**
 * The policy of a kind: a row leaves at the first exit where its score passes the limit.
 * A row that no exit releases takes the last exit's answer, unless the loop has another fallback.
 * @param limit One for all exits, or one per exit.
 * @param comparison Default: the kind's first.
 * @throws InvalidInputError for a limit out of range or a comparison that the kind does not have; at the first exit,
 *   for a list of the wrong length.
 */
export function policyOfKind<State>(
  { kind, factory, score, comparisons, limits: range }: PolicyKind<State>,
  limit: PerExit,
  comparison: Comparison = comparisons[0],
): ExitPolicy {
  const limits = checkedLimits(limit, range);
  if (!comparisons.includes(comparison)) {
    throw new InvalidInputError(
      `Expected a comparison of ${kind} that is ${comparisons.join(' or ')}; received ${comparison}.`,
      { expected: comparisons, received: comparison, path: 'comparison' },
    );
  }
  const isDefault = comparison === comparisons[0];
  const specification: LimitSpecification = { kind, limit: limits, ...(isDefault ? {} : { comparison }) };
  const passes = passing(comparison);
  const policy: ExitPolicy<State> = {
    specificationVersion: 'v1',
    name: `${factory}(${formatLimits(limits)}${isDefault ? '' : `, '${comparison}'`})`,
    specification,
    init: (rows) => score.init(rows),
    update: (before, input) => {
      const limitHere = limitAt(limits, input.exitIndex, input.exitCount);
      const { state, scores } = score.update(before, input);
      const exits = new Uint8Array(input.rows);
      for (let row = 0; row < input.rows; row++) if (passes(scores[row] as number, limitHere)) exits[row] = 1;
      return { state, exits };
    },
    keepRows: (state, kept) => score.keepRows(state, kept),
  };
  return policy;
}

/** The comparison as a function. A comparison with NaN is false. */
export function passing(comparison: Comparison): (score: number, limit: number) => boolean {
  switch (comparison) {
    case '>':
      return (score, limit) => score > limit;
    case '>=':
      return (score, limit) => score >= limit;
    case '<':
      return (score, limit) => score < limit;
    case '<=':
      return (score, limit) => score <= limit;
  }
}

/** Whether the first limit releases at least the rows that the second releases. */
export function isLooser(comparison: Comparison, first: number, second: number): boolean {
  switch (comparison) {
    case '>':
    case '>=':
      return first <= second;
    case '<':
    case '<=':
      return first >= second;
  }
}

/**
 * A score of one exit's probabilities, row by row, without state.
 * @param scoreRow Scores one row: `start` is the offset of its probabilities, `[classes]`.
 */
export function scoreByRow(
  scoreRow: (probabilities: Float32Array, start: number, classes: number) => number,
): ExitScore<null> {
  return {
    init: () => null,
    update: (_state, { rows, classes, probabilities }) => {
      const scores = new Float64Array(rows);
      for (let row = 0; row < rows; row++) scores[row] = scoreRow(probabilities, row * classes, classes);
      return { state: null, scores };
    },
    keepRows: () => null,
  };
}

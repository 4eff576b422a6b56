// Chooses a combination, or none: the one with the lowest held-out cross-entropy, if it is clearly lower than that of
// plain exits and the accuracy at equal costs is not worse.

import type { EnsembleSpecification } from '@ztw/core';
import type { FitRows } from '../fit-rows.ts';
import {
  type Candidate,
  crossValidate,
  holdsFor,
  type JudgedCandidate,
  judgeRecencies,
  leastSurprised,
} from './candidates.ts';
import { takeFitRows } from './condensed-rows.ts';
import { type JudgedExit, type PairedDifference, pairedDifference, temperedLosses } from './judged-exits.ts';
import { seededOrder } from './seeded-order.ts';
import { successAtCosts } from './success-at-costs.ts';

/** Minimum rows: fewer cannot tell a good combination from a bad one. */
const leastRows = 10;
/** Maximum rows for the choice. It uses fewer if many classes make a row expensive. */
const mostJudgedRows = 2000;
const enoughJudgedRows = 1000;
const judgedScores = 100_000;
const sampleSeed = 2;
/** Standard errors by which the cross-entropy of an ensemble must be lower. */
const requiredErrors = 1;
/** Standard errors by which its accuracy at equal costs may appear lower. */
const allowedErrors = 0.5;
/**
 * Standard errors by which one exit's cross-entropy must be higher for it to answer alone. Strict, as exits are many.
 */
const exitErrors = 2;

/** The reasons for the choice. All differences compare the ensemble with plain exits on held-out rows. */
export interface SafeFitReport {
  /** Number of rows used for the choice. */
  readonly judgedRows: number;
  /** The anchor of the fit and its hold; null if all exits answer alone. */
  readonly candidate: Candidate | null;
  /** Decrease of cross-entropy (nats, mean over the exits, both tempered); null if there were too few rows. */
  readonly crossEntropyGain: PairedDifference | null;
  /** Increase of accuracy (a share, mean over budgets); null if there were too few rows. */
  readonly accuracyGain: PairedDifference | null;
}

export interface Choice {
  readonly report: SafeFitReport;
  /** One per exit: whether it answers alone while others do not. */
  readonly alone: readonly boolean[];
}

export interface ChoiceOptions {
  readonly kind: EnsembleSpecification['kind'];
  /** Number of classes, including those that condensed rows omit. */
  readonly classes: number;
  /** Whether the last exit may have an ensemble. */
  readonly includeFinal: boolean;
  /** Cost of leaving at each exit, ascending. */
  readonly exitCosts: readonly number[];
  /** Maximum iterations per fit. */
  readonly maxIterations: number;
}

/** Judges all candidates. The report explains why the best one was chosen or not. */
export function chooseCandidate(data: FitRows, options: ChoiceOptions): Choice {
  const { kind, classes, maxIterations } = options;
  if (data.rows < leastRows || data.exits === 1) {
    const report = { judgedRows: 0, candidate: null, crossEntropyGain: null, accuracyGain: null };
    return { report, alone: [] };
  }
  const wanted = Math.max(enoughJudgedRows, Math.min(mostJudgedRows, Math.floor(judgedScores / data.classes)));
  const judged = data.rows <= wanted ? data : takeFitRows(data, seededOrder(sampleSeed, data.rows).subarray(0, wanted));
  const recencies = judgeRecencies(kind, judged);
  const plain = recencies[0] as JudgedCandidate;
  const recency = leastSurprised(recencies);
  const fits = holdsFor(kind, judged.rows, classes).map((hold) =>
    crossValidate(kind, judged, { recency: recency.candidate.recency, hold }, maxIterations),
  );
  const best = againstPlain(plain, leastSurprised([recency, ...fits]), options);
  if (isSafe(best.report)) return best;
  const unfitted = againstPlain(plain, recency, options);
  if (isSafe(unfitted.report)) return unfitted;
  return { ...best, report: { ...best.report, candidate: null } };
}

function againstPlain(
  plain: JudgedCandidate,
  chosen: JudgedCandidate,
  { includeFinal, exitCosts }: ChoiceOptions,
): Choice {
  const success = (alone: readonly boolean[]): Float64Array =>
    successAtCosts(
      chosen.exits.map((exit, index) => (alone[index] ? (plain.exits[index] ?? exit) : exit)),
      exitCosts,
    );
  const last = plain.exits.length - 1;
  const none = plain.exits.map((_, exit) => exit === last && !includeFinal);
  const some = plain.exits.map(
    (exit, index) => none[index] === true || isMoreSurprised(chosen.exits[index] ?? exit, exit),
  );
  // One threshold decides for all exits, but plain exits among combined ones have other confidences. Plain exits must
  // therefore increase the accuracy too.
  const { mean, standardError } = pairedDifference(success(some), success(none));
  const alone = mean > standardError ? some : none;
  return {
    report: {
      judgedRows: plain.losses.length,
      candidate: chosen.candidate,
      crossEntropyGain: pairedDifference(plain.losses, chosen.losses),
      accuracyGain: pairedDifference(success(alone), successAtCosts(plain.exits, exitCosts)),
    },
    alone,
  };
}

function isMoreSurprised(exit: JudgedExit, plain: JudgedExit): boolean {
  const { mean, standardError } = pairedDifference(temperedLosses(exit), temperedLosses(plain));
  return mean > exitErrors * standardError;
}

function isSafe({ crossEntropyGain, accuracyGain }: SafeFitReport): boolean {
  if (crossEntropyGain === null || accuracyGain === null) return false;
  return (
    crossEntropyGain.mean > requiredErrors * crossEntropyGain.standardError &&
    accuracyGain.mean >= -allowedErrors * accuracyGain.standardError
  );
}

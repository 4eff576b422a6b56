// Which combination is taken, and whether any: the least surprised one on held-out rows, if it is clearly less surprised than plain exits and
// does not answer worse at the same costs.

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

/** Fewer rows cannot tell a good combination from a bad one. */
const leastRows = 10;
/** The choice is made on at most so many rows, and on fewer where many classes make a row dear. */
const mostJudgedRows = 2000;
const enoughJudgedRows = 1000;
const judgedScores = 100_000;
const sampleSeed = 2;
/** Standard errors by which an ensemble has to be the less surprised one. */
const requiredErrors = 1;
/** Standard errors by which its accuracy at the same costs may seem to be lower. */
const allowedErrors = 0.5;
/** Standard errors by which one exit has to be the more surprised one to answer alone; there are many exits. */
const exitErrors = 2;

/** Why the ensemble is as it is. All differences are on held-out rows, ensemble against plain exits. */
export interface SafeFitReport {
  /** Rows that the choice was made on. */
  readonly judgedRows: number;
  /** What the fit was held to and how firmly; null where all exits answer alone. */
  readonly candidate: Candidate | null;
  /** Cross-entropy saved (nats, mean over the exits, both tempered); null where there were too few rows to ask. */
  readonly crossEntropyGain: PairedDifference | null;
  /** Share of rows answered rightly that is gained, mean over budgets; null where there were too few rows to ask. */
  readonly accuracyGain: PairedDifference | null;
}

export interface Choice {
  readonly report: SafeFitReport;
  /** One per exit: whether it answers alone although others do not. */
  readonly alone: readonly boolean[];
}

export interface ChoiceOptions {
  readonly kind: EnsembleSpecification['kind'];
  /** Number of classes, also where rows were condensed to fewer. */
  readonly classes: number;
  /** Whether the last exit may have an ensemble. */
  readonly includeFinal: boolean;
  /** Cost of leaving at each exit, ascending. */
  readonly exitCosts: readonly number[];
  /** Most iterations per fit. */
  readonly maxIterations: number;
}

/** Judges all candidates; the report says of the best one why it was taken or not. */
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
  // Plain exits among combined ones are sure in another way, and one threshold decides for all of them. So they have to show in the
  // accuracy, too, that they are better.
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

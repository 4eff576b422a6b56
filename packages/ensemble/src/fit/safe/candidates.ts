// The combinations that a safe fit chooses from, and their results on rows that they were not fitted on.

import type { EnsembleSpecification } from '@ztw/core';
import type { FitRows } from '../fit-rows.ts';
import type { MinimiserOptions } from '../objective.ts';
import { fitAnchored } from './anchored-fit.ts';
import { takeFitRows } from './condensed-rows.ts';
import type { AnchoredFit, Hold } from './hold.ts';
import { type JudgedExit, judgeRows, meanLosses, sumOf, unjudgedExit } from './judged-exits.ts';
import { crossEntropyOfShares, type MemberShares } from './member-shares.ts';
import { recencyRatios, recencyShares } from './recency.ts';
import { seededOrder } from './seeded-order.ts';

/** One way to combine the predictions of all exits. */
export interface Candidate {
  /** Ratio of the recency shares that anchor the fit; 0 is the plain exit. */
  readonly recency: number;
  /** Null if nothing is fitted: the recency shares are used as they are. */
  readonly hold: Hold | null;
}

export interface JudgedCandidate {
  readonly candidate: Candidate;
  /** One per exit. */
  readonly exits: readonly JudgedExit[];
  /** `[rows]`: mean over the exits of the tempered cross-entropy. */
  readonly losses: Float64Array;
}

const folds = 5;
const foldSeed = 1;
/** Tolerance of fits that are only judged. */
const judgedTolerance = 1e-5;
/** A bias is fitted if there are at least this many rows per class on average, and at most `mostBiases` classes. */
const rowsPerBias = 10;
const mostBiases = 128;

/** The holds to try, the firmest first. With thousands of rows the second one barely restrains the fit. */
export function holdsFor(kind: EnsembleSpecification['kind'], rows: number, classes: number): readonly Hold[] {
  switch (kind) {
    case 'geometric': {
      const withBias = classes <= mostBiases && rows >= rowsPerBias * classes;
      return [0.1, 0.2].map((spread) => ({ spread, biasSpread: withBias ? spread : null }));
    }
    case 'arithmetic':
      return [0.1, 0.5].map((spread) => ({ spread, biasSpread: null }));
  }
}

/** Judges plain exits and all other recencies without a fit. A ratio is one number, so all rows choose and judge it. */
export function judgeRecencies(kind: EnsembleSpecification['kind'], data: FitRows): readonly JudgedCandidate[] {
  const all = seededOrder(foldSeed, data.rows);
  return recencyRatios.map((recency) => {
    const exits = Array.from({ length: data.exits }, (_, exit) => {
      const judged = unjudgedExit(data.rows);
      judgeRows(kind, data, { shares: recencyShares(recency, exit + 1), bias: null }, all, judged);
      return judged;
    });
    return { candidate: { recency, hold: null }, exits, losses: meanLosses(exits) };
  });
}

/** Cross-validates a fit: each row is judged by a fit on the other folds. */
export function crossValidate(
  kind: EnsembleSpecification['kind'],
  data: FitRows,
  candidate: Candidate & { readonly hold: Hold },
  maxIterations: number,
): JudgedCandidate {
  const order = seededOrder(foldSeed, data.rows);
  const parts = Array.from({ length: folds }, (_, fold) => {
    const isHeldOut = (_row: number, position: number): boolean => position % folds === fold;
    return {
      heldOut: order.filter(isHeldOut),
      fitted: takeFitRows(
        data,
        order.filter((row, position) => !isHeldOut(row, position)),
      ),
    };
  });
  const options = { maxIterations, tolerance: judgedTolerance };
  const exits = Array.from({ length: data.exits }, (_, exit) => {
    const anchor = recencyShares(candidate.recency, exit + 1);
    // The fit on all rows is a good start for each fold. The start does not affect the result beyond the tolerance.
    const whole = fitAnchored(kind, data, anchor, candidate.hold, { shares: anchor, bias: null }, options);
    const judged = unjudgedExit(data.rows);
    for (const { fitted, heldOut } of parts) {
      judgeRows(kind, data, fitAnchored(kind, fitted, anchor, candidate.hold, whole, options), heldOut, judged);
    }
    return judged;
  });
  return { candidate, exits, losses: meanLosses(exits) };
}

/** The candidate with the lowest held-out cross-entropy; ties go to the first. */
export function leastSurprised(candidates: readonly JudgedCandidate[]): JudgedCandidate {
  return candidates.reduce((best, other) => (sumOf(other.losses) < sumOf(best.losses) ? other : best));
}

/** One exit's values under a candidate, fitted on all rows. */
export function fitCandidate(
  kind: EnsembleSpecification['kind'],
  data: FitRows,
  { recency, hold }: Candidate,
  members: number,
  options: MinimiserOptions,
): AnchoredFit {
  const anchor = recencyShares(recency, members);
  const start: MemberShares = { shares: anchor, bias: null };
  if (hold === null) {
    const crossEntropy = crossEntropyOfShares(kind, data, start);
    return { ...start, crossEntropy, iterations: 0, gradientNorm: 0, converged: true };
  }
  return fitAnchored(kind, data, anchor, hold, start, options);
}

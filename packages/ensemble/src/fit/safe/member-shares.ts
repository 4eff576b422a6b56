// One exit's values in a safe fit: a share per member, and an optional bias.

import type { EnsembleExit, EnsembleSpecification } from '@ztw/core';
import { arithmeticLoss } from '../arithmetic-loss.ts';
import type { FitRows } from '../fit-rows.ts';
import { geometricLoss } from '../geometric-loss.ts';
import type { Objective } from '../objective.ts';

/** One exit's values in the variables of the fit. */
export interface MemberShares {
  /** One per member: `exp(w_j) / members` (geometric), or the shares of a mixture (arithmetic). */
  readonly shares: Float64Array;
  /** One per class; null if it is 0 everywhere. */
  readonly bias: Float64Array | null;
}

/** The least share: negligible, with a finite logarithm. */
export const leastShare = 1e-9;

/** Mean cross-entropy (nats) of an exit's ensemble. */
export function crossEntropyOfShares(
  kind: EnsembleSpecification['kind'],
  data: FitRows,
  { shares, bias }: MemberShares,
): number {
  const members = shares.length;
  switch (kind) {
    case 'geometric': {
      const loss = geometricLoss(data, members, { withBias: bias !== null });
      const point = Float64Array.from([...shares, ...(bias ?? [])]);
      return loss.evaluate(point, new Float64Array(loss.size));
    }
    case 'arithmetic': {
      const loss = withoutBias(arithmeticLoss(data, members), members);
      return loss.evaluate(shares.map(logOfShare), new Float64Array(members));
    }
  }
}

export function logOfShare(share: number): number {
  return Math.log(Math.max(share, leastShare));
}

/** Shares as the log-weights and biases of a specification. */
export function exitOfShares(
  kind: EnsembleSpecification['kind'],
  { shares, bias }: MemberShares,
  classes: number,
): EnsembleExit {
  const members = shares.length;
  switch (kind) {
    case 'geometric':
      return {
        weights: Array.from(shares, (share) => logOfShare(share) + Math.log(members)),
        bias: bias === null ? new Array<number>(classes).fill(0) : [...bias],
      };
    case 'arithmetic':
      return { weights: Array.from(shares, logOfShare), bias: new Array<number>(classes).fill(noMass) };
  }
}

/** The logarithm of a negligible mass, for no bias. */
const noMass = -50;

/** An objective over `[w, b]` as one over `w`. */
export function withoutBias(objective: Objective, members: number): Objective {
  const point = new Float64Array(objective.size).fill(noMass);
  const slopes = new Float64Array(objective.size);
  return {
    size: members,
    evaluate(weights, gradient) {
      point.set(weights);
      const value = objective.evaluate(point, slopes);
      gradient.set(slopes.subarray(0, members));
      return value;
    },
  };
}

// The fit of one exit that is held to a point where it is known to be good, by a Gaussian prior: the fewer the rows, the nearer it
// stays. Its spread has the same meaning for every number of rows.

import type { EnsembleExit, EnsembleSpecification } from '@ztw/core';
import { arithmeticLoss } from '../arithmetic-loss.ts';
import { boundedNewton } from '../bounded-newton.ts';
import type { FitRows } from '../fit-rows.ts';
import { geometricLoss } from '../geometric-loss.ts';
import { limitedMemoryBfgs } from '../limited-memory-bfgs.ts';
import { type CurvedObjective, largestMagnitude, type MinimiserOptions, type Objective } from '../objective.ts';

/** How far a fit may move from where it is held. */
export interface Hold {
  /** Standard deviation of the prior of a member's share. */
  readonly spread: number;
  /** That of a bias; null for no bias at all. The arithmetic kind never has one. */
  readonly biasSpread: number | null;
}

/** One exit's values in the variables of the fit. */
export interface MemberShares {
  /** One per member: `exp(w_j) / members` (geometric), or the shares of a mixture (arithmetic). */
  readonly shares: Float64Array;
  /** One per class; null where it is 0 everywhere. */
  readonly bias: Float64Array | null;
}

export interface AnchoredFit extends MemberShares {
  /** Mean cross-entropy without the prior. */
  readonly crossEntropy: number;
  readonly iterations: number;
  /** Largest absolute derivative of the loss and the prior. */
  readonly gradientNorm: number;
  readonly converged: boolean;
}

/** The least share: as good as nothing, and its logarithm is finite. */
export const leastShare = 1e-9;

/**
 * Fits the ensemble of the exits `0..anchor.length - 1`.
 * @param anchor Shares to which the fit is held.
 * @param start Where the search begins. It does not change the result beyond the tolerance.
 */
export function fitAnchored(
  kind: EnsembleSpecification['kind'],
  data: FitRows,
  anchor: Float64Array,
  hold: Hold,
  start: MemberShares,
  options: MinimiserOptions,
): AnchoredFit {
  switch (kind) {
    case 'geometric':
      return fitGeometric(data, anchor, hold, start, options);
    case 'arithmetic':
      return fitArithmetic(data, anchor, hold, start, options);
  }
}

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

function logOfShare(share: number): number {
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

function fitGeometric(
  data: FitRows,
  anchor: Float64Array,
  { spread, biasSpread }: Hold,
  start: MemberShares,
  options: MinimiserOptions,
): AnchoredFit {
  const members = anchor.length;
  const loss = geometricLoss(data, members, { withBias: biasSpread !== null });
  const strengths = Float64Array.from({ length: loss.size }, (_, index) =>
    gaussianStrength(index < members ? spread : (biasSpread ?? spread), data.rows),
  );
  const center = new Float64Array(loss.size);
  center.set(anchor);
  const from = new Float64Array(loss.size);
  from.set(start.shares.map((share) => Math.max(share, 10 * leastShare)));
  if (biasSpread !== null && start.bias !== null) from.set(start.bias, members);
  const minimum = boundedNewton(
    heldTo(loss, center, strengths),
    new Float64Array(members).fill(leastShare),
    from,
    options,
  );
  const shares = minimum.point.slice(0, members);
  const bias = biasSpread === null ? null : minimum.point.slice(members);
  return {
    shares,
    bias,
    crossEntropy: crossEntropyOfShares('geometric', data, { shares, bias }),
    iterations: minimum.iterations,
    gradientNorm: freeGradientNorm(minimum.point, minimum.gradient, members),
    converged: minimum.converged,
  };
}

/** `-log` of a Gaussian density per row: `(x - center)^2 / (2 rows spread^2)`. */
function gaussianStrength(spread: number, rows: number): number {
  return 1 / (2 * rows * spread ** 2);
}

/** Adds `sum_i strength_i (x_i - center_i)^2`. */
function heldTo(objective: CurvedObjective, center: Float64Array, strengths: Float64Array): CurvedObjective {
  const { size } = objective;
  function add(point: Float64Array, gradient: Float64Array): number {
    let value = 0;
    for (let index = 0; index < size; index++) {
      const strength = strengths[index] as number;
      const distance = (point[index] as number) - (center[index] as number);
      value += strength * distance * distance;
      gradient[index] = (gradient[index] as number) + 2 * strength * distance;
    }
    return value;
  }
  return {
    size,
    evaluate: (point, gradient) => objective.evaluate(point, gradient) + add(point, gradient),
    evaluateWithCurvature(point, gradient, curvature) {
      const value = objective.evaluateWithCurvature(point, gradient, curvature);
      for (let index = 0; index < size; index++) {
        curvature[index * size + index] =
          (curvature[index * size + index] as number) + 2 * (strengths[index] as number);
      }
      return value + add(point, gradient);
    },
  };
}

/** A share that lies at its bound has a slope that leads nowhere. */
function freeGradientNorm(point: Float64Array, gradient: Float64Array, members: number): number {
  return largestMagnitude(
    gradient.map((slope, index) =>
      index < members && slope > 0 ? slope * Math.min(1, point[index] as number) : slope,
    ),
  );
}

/**
 * Mixtures are held by a Dirichlet prior with the anchor as its mean, worth `1 / spread^2` rows:
 * `-sum_j anchor_j log share_j / (rows spread^2)`.
 */
function fitArithmetic(
  data: FitRows,
  anchor: Float64Array,
  { spread }: Hold,
  start: MemberShares,
  options: MinimiserOptions,
): AnchoredFit {
  const strength = 1 / (data.rows * spread ** 2);
  const minimum = limitedMemoryBfgs(
    heldMixture(withoutBias(arithmeticLoss(data, anchor.length), anchor.length), anchor, strength),
    start.shares.map(logOfShare),
    options,
  );
  const shares = sharesOf(minimum.point);
  return {
    shares,
    bias: null,
    crossEntropy: crossEntropyOfShares('arithmetic', data, { shares, bias: null }),
    iterations: minimum.iterations,
    gradientNorm: largestMagnitude(minimum.gradient),
    converged: minimum.converged,
  };
}

/** The mass of a bias that adds nothing, as a logarithm. */
const noMass = -50;

/** An objective over `[w, b]` as one over `w`. */
function withoutBias(objective: Objective, members: number): Objective {
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

function heldMixture(objective: Objective, anchor: Float64Array, strength: number): Objective {
  return {
    size: objective.size,
    evaluate(weights, gradient) {
      const value = objective.evaluate(weights, gradient);
      const shares = sharesOf(weights);
      let surprise = 0;
      for (let member = 0; member < shares.length; member++) {
        const mean = anchor[member] as number;
        surprise -= mean === 0 ? 0 : mean * Math.log(shares[member] as number);
        gradient[member] = (gradient[member] as number) + strength * ((shares[member] as number) - mean);
      }
      return value + strength * surprise;
    },
  };
}

/** Softmax of log-weights. */
function sharesOf(weights: Float64Array): Float64Array {
  const largest = weights.reduce((maximum, weight) => Math.max(maximum, weight), Number.NEGATIVE_INFINITY);
  const masses = weights.map((weight) => Math.exp(weight - largest));
  const total = masses.reduce((sum, mass) => sum + mass, 0);
  return masses.map((mass) => mass / total);
}

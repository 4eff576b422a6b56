// The arithmetic fit with a prior around an anchor.

import { arithmeticLoss } from '../arithmetic-loss.ts';
import type { FitRows } from '../fit-rows.ts';
import { limitedMemoryBfgs } from '../limited-memory-bfgs.ts';
import { largestMagnitude, type MinimiserOptions, type Objective } from '../objective.ts';
import type { AnchoredFit, Hold } from './hold.ts';
import { crossEntropyOfShares, logOfShare, type MemberShares, withoutBias } from './member-shares.ts';

/**
 * Mixtures have a Dirichlet prior with the anchor as its mean, worth `1 / spread^2` rows:
 * `-sum_j anchor_j log share_j / (rows spread^2)`.
 */
export function fitMixture(
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

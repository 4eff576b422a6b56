// The geometric fit with a prior around an anchor.

import { boundedNewton } from '../bounded-newton.ts';
import type { FitRows } from '../fit-rows.ts';
import { geometricLoss } from '../geometric-loss.ts';
import { type CurvedObjective, largestMagnitude, type MinimiserOptions } from '../objective.ts';
import type { AnchoredFit, Hold } from './hold.ts';
import { crossEntropyOfShares, leastShare, type MemberShares } from './member-shares.ts';

/** Newton's method over `[u, b]`, with a Gaussian prior around the anchor and around a bias of 0. */
export function fitGeometric(
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

/** Largest absolute derivative, ignoring shares at their bound. */
function freeGradientNorm(point: Float64Array, gradient: Float64Array, members: number): number {
  return largestMagnitude(
    gradient.map((slope, index) =>
      index < members && slope > 0 ? slope * Math.min(1, point[index] as number) : slope,
    ),
  );
}

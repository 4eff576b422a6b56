// L-BFGS with backtracking, for many variables or if the curvature is not worth computing.
// Source: Nocedal and Wright, Numerical Optimization, algorithms 7.4 and 7.5.

import { dotProduct, largestMagnitude, type MinimiserOptions, type Minimum, type Objective } from './objective.ts';

/** Number of pairs of steps and gradient changes that approximate the curvature. */
const memory = 10;
const sufficientDecrease = 1e-4;
const maxHalvings = 40;
/** Length of the first step, before the curvature is known. */
const firstLength = 0.5;

interface Correction {
  readonly step: Float64Array;
  readonly change: Float64Array;
  /** `1 / (step . change)` */
  readonly weight: number;
}

/**
 * Minimises a differentiable objective.
 * @param start Not changed.
 */
export function limitedMemoryBfgs(objective: Objective, start: Float64Array, options: MinimiserOptions): Minimum {
  let point = start.slice();
  let gradient = new Float64Array(objective.size);
  let value = objective.evaluate(point, gradient);
  let corrections: readonly Correction[] = [];
  let iterations = 0;
  let converged = false;

  while (iterations < options.maxIterations) {
    const direction = descentDirection(corrections, gradient);
    const slope = dotProduct(direction, gradient);
    if (!(-slope / 2 > options.tolerance)) {
      converged = true;
      break;
    }
    iterations++;
    const next = backtrack(objective, point, value, direction, slope, corrections.length === 0);
    if (next === null) {
      // Old corrections can spoil a direction. If plain descent gains nothing either, the search ends.
      converged = corrections.length === 0;
      if (converged) break;
      corrections = [];
      continue;
    }
    const step = next.point.map((coordinate, index) => coordinate - (point[index] as number));
    const change = next.gradient.map((slopeThere, index) => slopeThere - (gradient[index] as number));
    const product = dotProduct(step, change);
    // Only pairs of positive curvature keep the next direction a descent direction.
    if (product > 1e-12 * dotProduct(change, change)) {
      corrections = [...corrections.slice(1 - memory), { step, change, weight: 1 / product }];
    }
    ({ point, gradient, value } = next);
  }
  return { point, value, gradient, iterations, converged };
}

/** Two-loop recursion: `-H g`, with `H` the inverse curvature that the corrections imply. */
function descentDirection(corrections: readonly Correction[], gradient: Float64Array): Float64Array {
  const direction = gradient.map((value) => -value);
  const shares = new Float64Array(corrections.length);
  for (let index = corrections.length - 1; index >= 0; index--) {
    const { step, change, weight } = corrections[index] as Correction;
    shares[index] = weight * dotProduct(step, direction);
    addScaled(direction, -(shares[index] as number), change);
  }
  const newest = corrections.at(-1);
  if (newest !== undefined) {
    const scale = 1 / (newest.weight * dotProduct(newest.change, newest.change));
    for (let index = 0; index < direction.length; index++) direction[index] = (direction[index] as number) * scale;
  }
  corrections.forEach(({ step, change, weight }, index) => {
    addScaled(direction, (shares[index] as number) - weight * dotProduct(change, direction), step);
  });
  return direction;
}

interface Evaluated {
  readonly point: Float64Array<ArrayBuffer>;
  readonly gradient: Float64Array<ArrayBuffer>;
  readonly value: number;
}

function backtrack(
  objective: Objective,
  point: Float64Array,
  value: number,
  direction: Float64Array,
  slope: number,
  isFirst: boolean,
): Evaluated | null {
  const gradient = new Float64Array(objective.size);
  let length = isFirst ? Math.min(1, firstLength / largestMagnitude(direction)) : 1;
  for (let halving = 0; halving < maxHalvings; halving++, length /= 2) {
    const trial = Float64Array.from(point, (coordinate, index) => coordinate + length * (direction[index] as number));
    const trialValue = objective.evaluate(trial, gradient);
    if (trialValue <= value + sufficientDecrease * length * slope) return { point: trial, gradient, value: trialValue };
  }
  return null;
}

function addScaled(target: Float64Array, factor: number, values: Float64Array): void {
  for (let index = 0; index < target.length; index++) {
    target[index] = (target[index] as number) + factor * (values[index] as number);
  }
}

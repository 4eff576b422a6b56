// Newton's method for a convex function with lower bounds: each step minimises the quadratic model within the bounds,
// then is shortened until the value decreases. The value never rises.

import { boundedQuadraticStep } from './bounded-quadratic.ts';
import { type CurvedObjective, dotProduct, type MinimiserOptions, type Minimum } from './objective.ts';

/** Maximum share of its distance to zero that a bounded variable moves in one step: slopes near zero may be steep. */
const largestShrinkage = 0.98;
/**
 * No variable moves by more than this times one plus its magnitude in one step. The limit matters if the curvature has
 * vanished, for instance because every row is predicted with certainty, correctly or not.
 */
const largestChange = 10;
/** A step must gain at least this share of the gain that its slope predicts. */
const sufficientDecrease = 1e-4;
const maxHalvings = 30;
/** Added to the curvature after scaling it to a unit diagonal; ten times more if the result is not definite. */
const firstRidge = 1e-10;
const maxRidge = 1e3;

/**
 * Minimises a convex objective whose first `bounds.length` variables have positive lower bounds.
 * @param start Within the bounds; not changed.
 */
export function boundedNewton(
  objective: CurvedObjective,
  bounds: Float64Array,
  start: Float64Array,
  options: MinimiserOptions,
): Minimum {
  const { size } = objective;
  let current = pointWithCurvature(size);
  let trial = pointWithCurvature(size);
  current.point.set(start);
  current.value = objective.evaluateWithCurvature(current.point, current.gradient, current.curvature);

  let iterations = 0;
  let converged = false;
  for (; iterations < options.maxIterations; iterations++) {
    const step = newtonStep(current, bounds);
    if (step === null) break;
    const slope = dotProduct(step, current.gradient);
    // The quadratic model predicts a gain of half the slope, or more if a bound cuts the step short.
    converged = !(-slope / 2 > options.tolerance);
    if (converged) break;
    let length = Math.min(1, largestChange / relativeChange(step, current.point));
    let halvings = 0;
    for (; halvings < maxHalvings; halvings++, length /= 2) {
      for (let index = 0; index < size; index++) {
        trial.point[index] = (current.point[index] as number) + length * (step[index] as number);
      }
      trial.value = objective.evaluateWithCurvature(trial.point, trial.gradient, trial.curvature);
      if (trial.value <= current.value + sufficientDecrease * length * slope) break;
    }
    // No step along a descent direction gains anything: the value is minimal up to rounding.
    converged = halvings === maxHalvings;
    if (converged) break;
    [current, trial] = [trial, current];
  }
  return { point: current.point, value: current.value, gradient: current.gradient, iterations, converged };
}

interface PointWithCurvature {
  readonly point: Float64Array;
  readonly gradient: Float64Array;
  readonly curvature: Float64Array;
  value: number;
}

function pointWithCurvature(size: number): PointWithCurvature {
  return {
    point: new Float64Array(size),
    gradient: new Float64Array(size),
    curvature: new Float64Array(size * size),
    value: Number.NaN,
  };
}

/** Largest `|step| / (1 + |variable|)`. */
function relativeChange(step: Float64Array, point: Float64Array): number {
  let largest = 0;
  for (let index = 0; index < step.length; index++) {
    largest = Math.max(largest, Math.abs(step[index] as number) / (1 + Math.abs(point[index] as number)));
  }
  return largest;
}

/**
 * The bounded step. The curvature is scaled to a unit diagonal, so one ridge fits all variables. Null if no ridge makes
 * it definite, which means that it is not finite.
 */
function newtonStep({ point, gradient, curvature }: PointWithCurvature, bounds: Float64Array): Float64Array | null {
  const size = gradient.length;
  const scale = gradient.map((_, index) => {
    const diagonal = curvature[index * size + index] as number;
    return diagonal > 0 ? 1 / Math.sqrt(diagonal) : 1;
  });
  const lower = gradient.map((_, index) => {
    const bound = bounds[index];
    if (bound === undefined) return Number.NEGATIVE_INFINITY;
    const value = point[index] as number;
    return Math.max(bound - value, -largestShrinkage * value) / (scale[index] as number);
  });
  const scaledGradient = gradient.map((value, index) => value * (scale[index] as number));
  const scaledCurvature = new Float64Array(size * size);
  for (let ridge = firstRidge; ridge <= maxRidge; ridge *= 10) {
    for (let row = 0; row < size; row++) {
      for (let column = 0; column <= row; column++) {
        const scaled = (scale[row] as number) * (scale[column] as number) * (curvature[row * size + column] as number);
        scaledCurvature[row * size + column] = row === column ? scaled + ridge : scaled;
      }
    }
    const step = boundedQuadraticStep(scaledCurvature, scaledGradient, lower);
    if (step !== null) return step.map((value, index) => value * (scale[index] as number));
  }
  return null;
}

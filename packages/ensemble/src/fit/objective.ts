/** A differentiable function to minimise. */
export interface Objective {
  /** Number of variables. */
  readonly size: number;
  /**
   * Value at a point.
   * @param gradient Overwritten with the gradient at the point.
   */
  evaluate(point: Float64Array, gradient: Float64Array): number;
}

/** An objective with curvature. */
export interface CurvedObjective extends Objective {
  /**
   * Value at a point.
   * @param gradient Overwritten with the gradient at the point.
   * @param curvature `[size, size]`, row-major: the lower triangle is overwritten with a positive semidefinite
   * approximation of the Hessian; the rest is not read.
   */
  evaluateWithCurvature(point: Float64Array, gradient: Float64Array, curvature: Float64Array): number;
}

/** The result of a minimiser. */
export interface Minimum {
  readonly point: Float64Array;
  readonly value: number;
  readonly gradient: Float64Array;
  readonly iterations: number;
  /** Whether no further gain is expected; false if the iterations ran out. */
  readonly converged: boolean;
}

export interface MinimiserOptions {
  readonly maxIterations: number;
  /** Stops when the expected gain of another iteration is below this. */
  readonly tolerance: number;
}

/** Largest absolute value. */
export function largestMagnitude(values: Float64Array): number {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  return largest;
}

/** `sum_i a_i b_i`. */
export function dotProduct(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += (a[index] as number) * (b[index] as number);
  return sum;
}

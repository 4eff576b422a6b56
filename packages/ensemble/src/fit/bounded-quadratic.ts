// A small quadratic program with lower bounds, by the primal active-set method.
// Source: Nocedal and Wright, Numerical Optimization, algorithm 16.3, for bounds only.

import { choleskyFactorise, choleskySolve } from './cholesky.ts';

/** A multiplier above this times the largest gradient counts as pushing against its bound. */
const multiplierTolerance = 1e-12;

/**
 * The step `d` that minimises `g . d + d . H d / 2` with `d >= lower`.
 * @param curvature `H`, `[size, size]`, row-major, positive definite; only its lower triangle is read.
 * @param gradient `g`
 * @param lower At most 0 for every variable; `-Infinity` if there is no bound.
 * @returns null if `H` is not positive definite.
 */
export function boundedQuadraticStep(
  curvature: Float64Array,
  gradient: Float64Array,
  lower: Float64Array,
): Float64Array | null {
  const size = gradient.length;
  const step = new Float64Array(size);
  const isFixed = new Uint8Array(size);
  const largest = gradient.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

  // Every round fixes a variable or lowers the value with another fixed set, so it terminates; the cap covers rounding.
  for (let round = 0; round < 10 * size; round++) {
    const target = freeMinimum(curvature, gradient, step, isFixed);
    if (target === null) return null;
    const { share, met } = firstBound(step, target, lower);
    for (let index = 0; index < size; index++) {
      step[index] = (step[index] as number) + share * ((target[index] as number) - (step[index] as number));
    }
    if (met !== -1) {
      isFixed[met] = 1;
      step[met] = lower[met] as number;
      continue;
    }
    const released = mostEagerToLeave(curvature, gradient, step, isFixed, multiplierTolerance * largest);
    if (released === -1) break;
    isFixed[released] = 0;
  }
  return step;
}

/** Minimum over the variables that are not fixed; the others keep their values. */
function freeMinimum(
  curvature: Float64Array,
  gradient: Float64Array,
  step: Float64Array,
  isFixed: Uint8Array,
): Float64Array | null {
  const size = gradient.length;
  const free: number[] = [];
  for (let index = 0; index < size; index++) if (isFixed[index] === 0) free.push(index);
  const matrix = new Float64Array(free.length * free.length);
  const solution = new Float64Array(free.length);
  free.forEach((row, position) => {
    let rest = -(gradient[row] as number);
    for (let index = 0; index < size; index++) {
      if (isFixed[index] === 1) rest -= symmetricAt(curvature, size, row, index) * (step[index] as number);
    }
    solution[position] = rest;
    for (let other = 0; other <= position; other++) {
      matrix[position * free.length + other] = symmetricAt(curvature, size, row, free[other] as number);
    }
  });
  if (!choleskyFactorise(matrix, free.length)) return null;
  choleskySolve(matrix, solution);
  const target = step.slice();
  free.forEach((index, position) => {
    target[index] = solution[position] as number;
  });
  return target;
}

/**
 * Feasible fraction of the way from `step` to `target`, and the variable that meets its bound there (-1 if none does).
 */
function firstBound(step: Float64Array, target: Float64Array, lower: Float64Array): { share: number; met: number } {
  let share = 1;
  let met = -1;
  for (let index = 0; index < step.length; index++) {
    const from = step[index] as number;
    const to = target[index] as number;
    const bound = lower[index] as number;
    // The target of a fixed variable is its current value, at its bound.
    if (to >= bound) continue;
    const shareThere = (bound - from) / (to - from);
    if (met === -1 || shareThere < share) {
      share = shareThere;
      met = index;
    }
  }
  return { share, met };
}

/** The fixed variable with the most negative multiplier, or -1 if all push against their bounds. */
function mostEagerToLeave(
  curvature: Float64Array,
  gradient: Float64Array,
  step: Float64Array,
  isFixed: Uint8Array,
  tolerance: number,
): number {
  const size = gradient.length;
  let chosen = -1;
  let least = -tolerance;
  for (let row = 0; row < size; row++) {
    if (isFixed[row] === 0) continue;
    let multiplier = gradient[row] as number;
    for (let index = 0; index < size; index++) {
      multiplier += symmetricAt(curvature, size, row, index) * (step[index] as number);
    }
    if (multiplier < least) {
      least = multiplier;
      chosen = row;
    }
  }
  return chosen;
}

function symmetricAt(matrix: Float64Array, size: number, row: number, column: number): number {
  return matrix[row >= column ? row * size + column : column * size + row] as number;
}

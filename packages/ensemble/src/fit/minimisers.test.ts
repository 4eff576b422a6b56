import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { boundedNewton } from './bounded-newton.ts';
import { boundedQuadraticStep } from './bounded-quadratic.ts';
import { choleskyFactorise, choleskySolve } from './cholesky.ts';
import { limitedMemoryBfgs } from './limited-memory-bfgs.ts';
import { type CurvedObjective, dotProduct } from './objective.ts';
import { outerProducts } from './outer-products.ts';

const number = fc.double({ min: -3, max: 3, noNaN: true });

/** Symmetric and positive definite: `A A^T + I`. */
const definite = fc
  .integer({ min: 1, max: 6 })
  .chain((size) => fc.tuple(fc.constant(size), fc.array(number, { minLength: size * size, maxLength: size * size })))
  .map(([size, a]) => ({
    size,
    matrix: Float64Array.from({ length: size * size }, (_, index) => {
      const [row, column] = [Math.floor(index / size), index % size];
      let sum = row === column ? 1 : 0;
      for (let k = 0; k < size; k++) sum += a[row * size + k]! * a[column * size + k]!;
      return sum;
    }),
  }));

const multiply = (matrix: Float64Array, vector: Float64Array): Float64Array =>
  vector.map((_, row) => dotProduct(matrix.subarray(row * vector.length, (row + 1) * vector.length), vector));

const vectorOf = (size: number) =>
  fc.array(number, { minLength: size, maxLength: size }).map((values) => Float64Array.from(values));

function expectAllClose(actual: Float64Array, expected: ArrayLike<number>, digits: number): void {
  expect(actual.length).toBe(expected.length);
  for (const [index, value] of actual.entries()) expect(value).toBeCloseTo(expected[index]!, digits);
}

describe('Cholesky', () => {
  test('solves what it factorised', () => {
    fc.assert(
      fc.property(
        definite.chain((system) => fc.tuple(fc.constant(system), vectorOf(system.size))),
        ([system, right]) => {
          const factor = system.matrix.slice();
          expect(choleskyFactorise(factor, system.size)).toBe(true);
          const solution = right.slice();
          choleskySolve(factor, solution);
          expectAllClose(multiply(system.matrix, solution), right, 8);
        },
      ),
    );
  });

  test('says where a matrix is not definite', () => {
    expect(choleskyFactorise(Float64Array.of(1, 0, 2, 1), 2)).toBe(false);
    expect(choleskyFactorise(Float64Array.of(Number.NaN), 1)).toBe(false);
  });
});

describe('boundedQuadraticStep', () => {
  test('meets the conditions of a minimum within bounds', () => {
    const scenario = definite.chain((system) =>
      fc.tuple(
        fc.constant(system),
        vectorOf(system.size),
        fc.array(fc.option(fc.double({ min: 0, max: 2, noNaN: true })), {
          minLength: system.size,
          maxLength: system.size,
        }),
      ),
    );
    fc.assert(
      fc.property(scenario, ([{ matrix }, gradient, depths]) => {
        const lower = Float64Array.from(depths, (depth) => (depth === null ? Number.NEGATIVE_INFINITY : -depth));
        const step = boundedQuadraticStep(matrix, gradient, lower)!;
        const slopes = multiply(matrix, step).map((value, index) => value + gradient[index]!);
        step.forEach((value, index) => {
          expect(value).toBeGreaterThanOrEqual(lower[index]! - 1e-12);
          // At a bound the slope may only push against it; elsewhere there is none.
          if (value > lower[index]! + 1e-9) expect(slopes[index]).toBeCloseTo(0, 7);
          else expect(slopes[index]).toBeGreaterThan(-1e-7);
        });
      }),
      { numRuns: 500 },
    );
  });

  test('has no answer without curvature', () => {
    expect(boundedQuadraticStep(Float64Array.of(-1), Float64Array.of(1), Float64Array.of(-1))).toBeNull();
  });
});

/** `sum_i exp(x_i) - a_i x_i`, least at `log a`. */
function exponentials(targets: readonly number[]): CurvedObjective {
  const size = targets.length;
  const evaluate = (point: Float64Array, gradient: Float64Array): number =>
    targets.reduce((sum, target, index) => {
      gradient[index] = Math.exp(point[index]!) - target;
      return sum + Math.exp(point[index]!) - target * point[index]!;
    }, 0);
  return {
    size,
    evaluate,
    evaluateWithCurvature(point, gradient, curvature) {
      curvature.fill(0);
      for (let index = 0; index < size; index++) curvature[index * size + index] = Math.exp(point[index]!);
      return evaluate(point, gradient);
    },
  };
}

describe('minimisers', () => {
  const options = { maxIterations: 100, tolerance: 1e-12 };
  const objective = exponentials([1, 10, 0.1, 5]);
  const minimum = [1, 10, 0.1, 5].map(Math.log);

  test('find a minimum', () => {
    const start = new Float64Array(4).fill(2.5);
    for (const found of [
      limitedMemoryBfgs(objective, start, options),
      boundedNewton(objective, new Float64Array(0), start, options),
    ]) {
      expect(found.converged).toBe(true);
      expectAllClose(found.point, minimum, 5);
    }
    expect([...start]).toEqual([2.5, 2.5, 2.5, 2.5]);
  });

  test('bounds hold, and matter only where they bind', () => {
    const bounded = boundedNewton(objective, Float64Array.of(1, 1), new Float64Array(4).fill(3), options);
    expect(bounded.converged).toBe(true);
    expectAllClose(bounded.point, [1, Math.log(10), Math.log(0.1), Math.log(5)], 5);
  });

  test('say so when iterations run out', () => {
    const start = new Float64Array(4).fill(2.5);
    for (const found of [
      limitedMemoryBfgs(objective, start, { ...options, maxIterations: 1 }),
      boundedNewton(objective, new Float64Array(0), start, { ...options, maxIterations: 1 }),
    ]) {
      expect(found).toMatchObject({ converged: false, iterations: 1 });
      expect(found.value).toBeLessThan(objective.evaluate(start, new Float64Array(4)));
    }
  });
});

test('outer products add up, whatever their number', () => {
  const vectors = fc.array(fc.tuple(number, number, fc.boolean()), { maxLength: 13 });
  fc.assert(
    fc.property(vectors, (drawn) => {
      const matrix = Float64Array.of(0, 7, 0, 0, 0, 0);
      const products = outerProducts(2, 3);
      for (const [first, second, counts] of drawn) {
        const vector = products.next();
        vector[0] = first;
        vector[1] = second;
        if (counts) products.take(matrix);
      }
      products.flush(matrix);
      const sum = (term: (a: number, b: number) => number) =>
        drawn.reduce((total, [a, b, counts]) => total + (counts ? term(a, b) : 0), 0);
      expect(matrix[0]).toBeCloseTo(
        sum((a) => a * a),
        10,
      );
      expect(matrix[3]).toBeCloseTo(
        sum((a, b) => a * b),
        10,
      );
      expect(matrix[4]).toBeCloseTo(
        sum((_, b) => b * b),
        10,
      );
      // The upper triangle and the gap between rows are not touched.
      expect([matrix[1], matrix[2], matrix[5]]).toEqual([7, 0, 0]);
    }),
  );
});

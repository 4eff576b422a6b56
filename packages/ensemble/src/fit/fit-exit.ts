// The fit of one exit's ensemble: chooses the loss, the variables and the minimiser.

import type { EnsembleExit, EnsembleSpecification } from '@ztw/core';
import { arithmeticLoss } from './arithmetic-loss.ts';
import { boundedNewton } from './bounded-newton.ts';
import type { FitRows } from './fit-rows.ts';
import { geometricLoss } from './geometric-loss.ts';
import { limitedMemoryBfgs } from './limited-memory-bfgs.ts';
import { largestMagnitude, type MinimiserOptions, type Minimum, type Objective } from './objective.ts';
import { type Penalty, penalised, penalisedFactors, penaltyValue } from './penalty.ts';

/** Newton's method pays only while its matrix is small compared with the rows; above this, L-BFGS is used. */
const mostNewtonVariables = 160;

/** The least log-weight of the geometric kind: `exp(-20)` is negligible, and the weight is finite. */
const leastWeight = -20;

export interface FittedExit {
  readonly exit: EnsembleExit;
  /** Mean cross-entropy without penalty. */
  readonly crossEntropy: number;
  readonly iterations: number;
  /** Largest absolute derivative of cross-entropy plus penalty with respect to a log-weight or bias. */
  readonly gradientNorm: number;
  readonly converged: boolean;
}

/**
 * Fits the ensemble of the exits `0..members - 1`.
 * @param start Weights, one per member, and bias to start from.
 */
export function fitExit(
  kind: EnsembleSpecification['kind'],
  data: FitRows,
  start: EnsembleExit,
  penalty: Penalty,
  options: MinimiserOptions,
): FittedExit {
  const members = start.weights.length;
  if (kind === 'arithmetic') {
    return fitLogWeights(arithmeticLoss(data, members), start, penalty, options);
  }
  const loss = geometricLoss(data, members);
  if (loss.size > mostNewtonVariables) {
    return fitLogWeights(inLogWeights(loss, members), start, penalty, options);
  }
  const toFactor = (weight: number): number => Math.exp(Math.max(leastWeight, weight)) / members;
  const minimum = boundedNewton(
    penalisedFactors(loss, members, penalty),
    new Float64Array(members).fill(toFactor(leastWeight)),
    Float64Array.from([...start.weights.map(toFactor), ...start.bias]),
    options,
  );
  const toWeight = (factor: number): number => Math.log(factor * members);
  const byLogWeight = minimum.gradient.map((slope, index) =>
    index < members ? slope * (minimum.point[index] as number) : slope,
  );
  const point = minimum.point.map((value, index) => (index < members ? toWeight(value) : value));
  return fittedExit({ ...minimum, point, gradient: byLogWeight }, members, penalty);
}

/** Minimises over `[w, b]` without bounds. */
function fitLogWeights(loss: Objective, start: EnsembleExit, penalty: Penalty, options: MinimiserOptions): FittedExit {
  const members = start.weights.length;
  // A bias affects mainly the rows of its own class, so its curvature is about a class's share of a weight's.
  const biasUnit = Math.sqrt(start.bias.length);
  const units = Float64Array.from({ length: loss.size }, (_, index) => (index < members ? 1 : biasUnit));
  const point = Float64Array.from(
    [...start.weights, ...start.bias],
    (value, index) => value / (units[index] as number),
  );
  const minimum = limitedMemoryBfgs(inUnits(penalised(loss, members, penalty), units), point, options);
  const unscaled: Minimum = {
    ...minimum,
    point: minimum.point.map((value, index) => value * (units[index] as number)),
    gradient: minimum.gradient.map((slope, index) => slope / (units[index] as number)),
  };
  return fittedExit(unscaled, members, penalty);
}

/** A minimum over `[w, b]` as plain data. */
function fittedExit(minimum: Minimum, members: number, penalty: Penalty): FittedExit {
  const { point, value, gradient, iterations, converged } = minimum;
  return {
    exit: { weights: [...point.subarray(0, members)], bias: [...point.subarray(members)] },
    crossEntropy: value - penaltyValue(penalty, members, point),
    iterations,
    gradientNorm: largestMagnitude(gradient),
    converged,
  };
}

/** An objective over `[u, b]` as one over `[w, b]`, where `u = exp(w) / members`. */
export function inLogWeights(objective: Objective, members: number): Objective {
  const factors = new Float64Array(objective.size);
  return {
    size: objective.size,
    evaluate(point, gradient) {
      for (let index = 0; index < factors.length; index++) {
        const variable = point[index] as number;
        factors[index] = index < members ? Math.exp(variable) / members : variable;
      }
      const value = objective.evaluate(factors, gradient);
      for (let member = 0; member < members; member++) {
        gradient[member] = (gradient[member] as number) * (factors[member] as number);
      }
      return value;
    },
  };
}

/** An objective whose variables are measured in other units: `value = variable * unit`. */
function inUnits(objective: Objective, units: Float64Array): Objective {
  return {
    size: objective.size,
    evaluate(point, gradient) {
      const value = objective.evaluate(
        point.map((variable, index) => variable * (units[index] as number)),
        gradient,
      );
      for (let index = 0; index < gradient.length; index++) {
        gradient[index] = (gradient[index] as number) * (units[index] as number);
      }
      return value;
    },
  };
}

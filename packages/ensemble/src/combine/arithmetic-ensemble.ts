import { type Ensemble, type EnsembleSpecification, softmax } from '@ztw/core';
import { logSoftmax } from '@ztw/core/runtime';
import { type CombinedExit, combinedExits, exitAt, requireClasses } from './ensemble-exits.ts';
import {
  keepPredictions,
  noPredictions,
  type RecycledPredictions,
  requireNextExit,
  withPrediction,
} from './recycled-predictions.ts';

/** Keeps the logarithm finite if every member gives a class probability 0. The value is the published code's. */
export const smallestProbability = 1e-40;

/**
 * The weighted arithmetic mean of all predictions so far:
 * `log q_m = logSoftmax( log( (sum_{j<=m} exp(w_{m,j}) p_j + exp(b_m)) / Z + 1e-40 ) )`, `Z` the sum over the classes.
 * The state keeps probabilities.
 * Source: Zero Time Waste, section 3 (the additive ensemble), with the bias and the constant of the published code.
 * @throws InvalidModelError if the specification is invalid.
 * @throws InvalidInputError if it has another kind.
 */
export function arithmeticEnsemble(specification: EnsembleSpecification): Ensemble<RecycledPredictions> {
  const exits = combinedExits(specification, 'arithmetic').map((exit) => exit && withExponentialBias(exit));
  // Shared by all updates: allocations would be most of the cost of an update for a single row.
  const masses = new Float64Array(specification.classes);
  return {
    specificationVersion: 'v1',
    name: `arithmeticEnsemble(${exits.length} exits)`,
    init(rows, classes) {
      requireClasses(specification, classes);
      return noPredictions(rows, classes);
    },
    update(state, exitIndex, logits) {
      requireNextExit(state, exitIndex, logits);
      const exit = exitAt(exits, exitIndex);
      const next = withPrediction(state, softmax(logits, state.classes));
      return {
        state: next,
        logProbabilities: exit === null ? logSoftmax(logits, state.classes) : combine(next, exit, masses),
      };
    },
    keepRows: keepPredictions,
  };
}

function withExponentialBias(exit: CombinedExit): CombinedExit {
  return { ...exit, bias: exit.bias.map(Math.exp) };
}

/** @param masses `[classes]`: scratch memory, overwritten. */
function combine(
  { rows, classes, exits }: RecycledPredictions,
  { factors, bias }: CombinedExit,
  masses: Float64Array,
): Float32Array {
  const logProbabilities = new Float32Array(rows * classes);
  // The constant is added to every class, so the probabilities sum to slightly more than 1.
  const excess = 1 + classes * smallestProbability;
  for (let row = 0; row < rows; row++) {
    const start = row * classes;
    masses.set(bias);
    for (let exit = 0; exit < exits.length; exit++) {
      const probabilities = exits[exit] as Float32Array;
      const factor = factors[exit] as number;
      for (let label = 0; label < classes; label++) {
        masses[label] = (masses[label] as number) + factor * (probabilities[start + label] as number);
      }
    }
    let sum = 0;
    for (let label = 0; label < classes; label++) sum += masses[label] as number;
    for (let label = 0; label < classes; label++) {
      logProbabilities[start + label] = Math.log(((masses[label] as number) / sum + smallestProbability) / excess);
    }
  }
  return logProbabilities;
}

import type { Ensemble, EnsembleSpecification } from '@ztw/core';
import { logSoftmax } from '@ztw/core/runtime';
import { type CombinedExit, combinedExits, exitAt, requireClasses } from './ensemble-exits.ts';
import {
  keepPredictions,
  noPredictions,
  type RecycledPredictions,
  requireNextExit,
  withPrediction,
} from './recycled-predictions.ts';

/**
 * The weighted geometric mean of all predictions so far:
 * `log q_m = logSoftmax( mean_{j<=m}( exp(w_{m,j}) * log p_j ) + b_m )`.
 *
 * The state keeps logits instead of log-probabilities. The two differ by a constant per row and exit, which the
 * normalisation removes.
 * Source: Zero Time Waste, section 3, equation 4, with the mean of the published code.
 * @throws InvalidModelError if the specification is invalid.
 * @throws InvalidInputError if it has another kind.
 */
export function geometricEnsemble(specification: EnsembleSpecification): Ensemble<RecycledPredictions> {
  const exits = combinedExits(specification, 'geometric').map((exit) => exit && withMean(exit));
  // Shared by all updates: allocations would be most of the cost of an update for a single row.
  const scores = new Float64Array(specification.classes);
  return {
    specificationVersion: 'v1',
    name: `geometricEnsemble(${exits.length} exits)`,
    init(rows, classes) {
      requireClasses(specification, classes);
      return noPredictions(rows, classes);
    },
    update(state, exitIndex, logits) {
      requireNextExit(state, exitIndex, logits);
      const exit = exitAt(exits, exitIndex);
      const next = withPrediction(state, logits.slice());
      return {
        state: next,
        logProbabilities: exit === null ? logSoftmax(logits, state.classes) : combine(next, exit, scores),
      };
    },
    keepRows: keepPredictions,
  };
}

/** Divides the factors by the number of exits, so their sum becomes a mean. */
function withMean(exit: CombinedExit): CombinedExit {
  return { ...exit, factors: exit.factors.map((factor) => factor / exit.factors.length) };
}

/** @param scores `[classes]`: scratch memory, overwritten. */
function combine(
  { rows, classes, exits }: RecycledPredictions,
  { factors, bias }: CombinedExit,
  scores: Float64Array,
): Float32Array {
  const logProbabilities = new Float32Array(rows * classes);
  for (let row = 0; row < rows; row++) {
    const start = row * classes;
    scores.set(bias);
    for (let exit = 0; exit < exits.length; exit++) {
      const logits = exits[exit] as Float32Array;
      const factor = factors[exit] as number;
      for (let label = 0; label < classes; label++) {
        scores[label] = (scores[label] as number) + factor * (logits[start + label] as number);
      }
    }
    let maximum = scores[0] as number;
    for (let label = 1; label < classes; label++) {
      const score = scores[label] as number;
      if (score > maximum) maximum = score;
    }
    let sum = 0;
    for (let label = 0; label < classes; label++) sum += Math.exp((scores[label] as number) - maximum);
    const logSum = maximum + Math.log(sum);
    for (let label = 0; label < classes; label++) {
      logProbabilities[start + label] = (scores[label] as number) - logSum;
    }
  }
  return logProbabilities;
}

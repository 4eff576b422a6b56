import type { Ensemble } from '@ztw/core';

/**
 * Predictions of an ensemble at every exit, if no row leaves early.
 * @param logits One array per exit: `[rows, classes]`.
 * @returns one array per exit: log-probabilities `[rows, classes]`, normalised per row.
 */
export function combineExits(
  ensemble: Ensemble,
  logits: readonly Float32Array[],
  rows: number,
  classes: number,
): readonly Float32Array[] {
  let state = ensemble.init(rows, classes);
  return logits.map((exitLogits, exitIndex) => {
    const update = ensemble.update(state, exitIndex, exitLogits);
    state = update.state;
    return update.logProbabilities;
  });
}

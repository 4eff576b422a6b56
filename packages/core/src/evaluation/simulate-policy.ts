import type { ExitPolicy } from '../contract/exit-policy.ts';
import { takeRows } from '../numeric/rows.ts';
import { type ExitOutcome, summariseExits } from './exit-outcome.ts';
import type { ExitPredictions } from './exit-predictions.ts';
import { mostConfidentExit } from './most-confident-exit.ts';

export interface SimulatePolicyOptions {
  /** The answer of rows that no exit releases. Default: `last`. */
  readonly fallback?: 'last' | 'most-confident';
}

/**
 * Runs any exit policy over stored predictions, as a live run would: exit by exit, over the remaining rows, with the
 * policy's state compacted to them. In a live run of the same model, rows must leave at the same exits.
 */
export function simulatePolicy<State>(
  predictions: ExitPredictions,
  policy: ExitPolicy<State>,
  options: SimulatePolicyOptions = {},
): ExitOutcome {
  const { rows, classes, probabilities } = predictions;
  const exitCount = probabilities.length;
  const exits = new Int32Array(rows).fill(exitCount - 1);
  const answeredBy = new Int32Array(rows).fill(exitCount - 1);
  let remaining = Int32Array.from({ length: rows }, (_, row) => row);
  let state = policy.init(rows);
  for (let exitIndex = 0; exitIndex < exitCount && remaining.length > 0; exitIndex++) {
    const update = policy.update(state, {
      exitIndex,
      exitCount,
      rows: remaining.length,
      classes,
      probabilities: takeRows(probabilities[exitIndex] as Float32Array, classes, remaining),
    });
    const kept = positionsThatStay(update.exits);
    remaining.forEach((row, position) => {
      if (update.exits[position] !== 1) return;
      exits[row] = exitIndex;
      answeredBy[row] = exitIndex;
    });
    state = kept.length === remaining.length ? update.state : policy.keepRows(update.state, kept);
    remaining = takeRows(remaining, 1, kept);
  }
  if (options.fallback === 'most-confident') {
    for (const row of remaining) answeredBy[row] = mostConfidentExit(predictions, row);
  }
  return summariseExits(predictions, exits, answeredBy);
}

function positionsThatStay(exits: Uint8Array): Int32Array {
  const kept = new Int32Array(exits.length);
  let count = 0;
  exits.forEach((leaves, position) => {
    if (leaves === 1) return;
    kept[count] = position;
    count += 1;
  });
  return kept.slice(0, count);
}

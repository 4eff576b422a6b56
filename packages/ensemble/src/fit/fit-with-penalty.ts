// The fit whose strength the caller sets: penalties on the log-weights, whatever the number of rows. The published code's way is one case of it.

import type { EnsembleExit, EnsembleSpecification } from '@ztw/core';
import { type FittedExit, fitExit } from './fit-exit.ts';
import type { FitRows } from './fit-rows.ts';
import type { MinimiserOptions } from './objective.ts';
import type { Penalty } from './penalty.ts';

/** A weight that the exit before had given up starts again from here, so that it can come back. */
const leastStartingWeight = -4;

/**
 * Fits the ensembles of the first exits. They are independent of each other; each starts from the one before.
 * @param count Number of exits to fit; the others answer alone.
 * @returns one per exit of the data; null where it answers alone.
 */
export function fitWithPenalty(
  kind: EnsembleSpecification['kind'],
  data: FitRows,
  count: number,
  penalty: Penalty,
  options: MinimiserOptions,
): readonly (FittedExit | null)[] {
  let previous: EnsembleExit | null = null;
  return Array.from({ length: data.exits }, (_, exitIndex) => {
    if (exitIndex >= count) return null;
    const start = startingPoint(kind, exitIndex, previous, data.classes);
    const fitted = fitExit(kind, data, start, penalty, options);
    previous = fitted.exit;
    return fitted;
  });
}

/**
 * Where the fit of an exit starts: what the exit before found, with the newcomer given half of the weight.
 * The first exit starts from weight 1 and next to no bias.
 */
function startingPoint(
  kind: EnsembleSpecification['kind'],
  exitIndex: number,
  previous: EnsembleExit | null,
  classes: number,
): EnsembleExit {
  if (previous === null) {
    return { weights: [0], bias: new Array<number>(classes).fill(kind === 'geometric' ? 0 : -Math.log(classes) - 1) };
  }
  // The geometric mean divides by the number of members, which has grown by one.
  const growth = kind === 'geometric' ? (exitIndex + 1) / exitIndex : 1;
  const shares = previous.weights.map((weight) => (Math.exp(weight) * growth) / 2);
  const newcomer = shares.reduce((sum, share) => sum + share, 0);
  return {
    weights: [...shares, newcomer].map((share) => Math.max(leastStartingWeight, Math.log(share))),
    bias: previous.bias,
  };
}

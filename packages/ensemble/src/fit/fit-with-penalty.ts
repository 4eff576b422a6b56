// The fit with penalties set by the caller, independent of the number of rows. The published code's fit is a special
// case.

import type { EnsembleExit, EnsembleSpecification } from '@ztw/core';
import { type FittedExit, fitExit } from './fit-exit.ts';
import type { FitRows } from './fit-rows.ts';
import type { MinimiserOptions } from './objective.ts';
import type { Penalty } from './penalty.ts';

/** Least starting weight: a weight that vanished at the previous exit restarts here, so it can recover. */
const leastStartingWeight = -4;

/**
 * Fits the ensembles of the first exits. They are independent of each other; each starts from the previous one.
 * @param count Number of exits to fit; the others answer alone.
 * @returns one per exit of the data; null if it answers alone.
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
 * The start of an exit's fit: the previous exit's result, with half of the weight given to the new member.
 * The first exit starts from weight 1 and a negligible bias.
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
  // The geometric mean divides by the number of members, which grew by one.
  const growth = kind === 'geometric' ? (exitIndex + 1) / exitIndex : 1;
  const shares = previous.weights.map((weight) => (Math.exp(weight) * growth) / 2);
  const newcomer = shares.reduce((sum, share) => sum + share, 0);
  return {
    weights: [...shares, newcomer].map((share) => Math.max(leastStartingWeight, Math.log(share))),
    bias: previous.bias,
  };
}

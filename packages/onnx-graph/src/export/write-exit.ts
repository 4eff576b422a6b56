// Writes the nodes of an exit: its prediction is combined with the earlier ones, and the result becomes probabilities.

import type { EnsembleSpecification } from '@ztw/core';
import { intAttribute } from '../graph/build.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { lowerEnsembleExit, lowerMember, lowerSoftmax } from '../lower/lower-ensemble.ts';

/** Names of the tensors of an exit. */
export interface ExitResult {
  /** Combined probabilities `[rows, classes]`; rounding can make them greater than 1. */
  readonly probabilities: string;
  /** All ensemble members so far side by side, `[rows, (exitIndex + 1) * classes]`; null without an ensemble. */
  readonly members: string | null;
}

/**
 * @param logits Name of the exit's logits `[rows, classes]`.
 * @param members Members of the earlier exits, for the same rows; null at the first exit and without an ensemble.
 */
export function writeExit(
  builder: GraphBuilder,
  ensemble: EnsembleSpecification | null,
  exitIndex: number,
  logits: string,
  members: string | null,
): ExitResult {
  const probabilities = builder.claim('ztw/probabilities');
  if (ensemble === null) {
    lowerSoftmax(builder, logits, probabilities, 'probabilities');
    return { probabilities, members: null };
  }
  const member = lowerMember(builder, ensemble.kind, logits);
  const all = members === null ? member : builder.apply('Concat', [members, member], [intAttribute('axis', 1)]);
  lowerEnsembleExit(builder, ensemble, exitIndex, { logits, members: all }, probabilities, 'probabilities');
  return { probabilities, members: all };
}

/** The same result with probabilities limited to 1. */
export function atMostOne(builder: GraphBuilder, exit: ExitResult): ExitResult {
  const one = builder.floats('ztw/one', [], Float32Array.of(1));
  return { ...exit, probabilities: builder.apply('Min', [exit.probabilities, one]) };
}

// What happens at an exit, in nodes: the prediction joins those before, and the combination becomes probabilities.

import type { EnsembleSpecification } from '@ztw/core';
import { intAttribute } from '../graph/build.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { lowerEnsembleExit, lowerMember } from '../lower/lower-ensemble.ts';

/** Names of what an exit makes. */
export interface ExitResult {
  /** `[rows, classes]`, of the combination; at most 1. */
  readonly probabilities: string;
  /** All ensemble members so far side by side, `[rows, (exitIndex + 1) * classes]`; null without an ensemble. */
  readonly members: string | null;
}

/**
 * @param logits Name of the exit's logits `[rows, classes]`.
 * @param members Members of the exits before, for the same rows; null at the first exit and without an ensemble.
 */
export function writeExit(
  builder: GraphBuilder,
  ensemble: EnsembleSpecification | null,
  exitIndex: number,
  logits: string,
  members: string | null,
): ExitResult {
  const combined = builder.claim('ztw/logProbabilities');
  let all: string | null = null;
  if (ensemble === null) {
    builder.apply('LogSoftmax', [logits], [intAttribute('axis', 1)], combined);
  } else {
    const member = lowerMember(builder, ensemble.kind, logits);
    all = members === null ? member : builder.apply('Concat', [members, member], [intAttribute('axis', 1)]);
    lowerEnsembleExit(builder, ensemble, exitIndex, { logits, members: all }, combined);
  }
  // Rounding must not let a row pass a threshold of 1.
  const one = builder.floats('ztw/one', [], Float32Array.of(1));
  const probabilities = builder.apply('Min', [builder.apply('Exp', [combined]), one]);
  return { probabilities, members: all };
}

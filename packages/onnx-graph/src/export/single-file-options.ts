import type { BundleNetwork } from '@ztw/bundle';
import type { EnsembleSpecification, RowShape } from '@ztw/core';
import type { GraphScore } from '@ztw/core/runtime';

/**
 * A trained early-exit network, or chain of networks, of a bundle.
 *
 * The single file takes
 * - `input`: float32 `[rows, ...inputShape]`;
 * - `threshold`: float32 `[1 or rows, 1 or exits - 1]`. A row leaves at the first exit where its score is strictly
 *   greater (for an entropy: smaller). The score is the probability of its most probable class unless `score` says
 *   otherwise. One value applies to all rows and exits. A column has one value per row; a line has one value per exit
 *   but the last, where every row leaves.
 *
 * and returns
 * - `probabilities`: float32 `[rows, classes]`, of the exit where each row left, ensembled where the network has an
 *   ensemble;
 * - `exit`: int64 `[rows]`, that exit's index over all networks.
 */
export interface SingleFileOptions {
  /** In the order in which rows go through them. */
  readonly networks: readonly BundleNetwork[];
  /** The stage models and weights files that the networks name, by path. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly classes: number;
  readonly inputShape: RowShape;
  /** How predictions become one; null: each exit answers with its own. */
  readonly ensemble: EnsembleSpecification | null;
  /** What is compared with the threshold. Default: `defaultScore`. */
  readonly score?: GraphScore;
  /** Facts to store in the file, by key. */
  readonly metadata?: Readonly<Record<string, string>>;
}

export const defaultScore: GraphScore = 'largest-probability';

// A frozen TensorFlow.js network as this package sees it: where it can be cut, what that costs, and how a part of it runs.
// `readLayersModel` and `readGraphModel` make it; `stageNetwork` and `segmentNetwork` use it.

import type { Tensor } from '@tensorflow/tfjs-core';
import type { RowShape } from '@ztw/core';

/** A place where all data passes through one tensor. */
export interface NetworkCut {
  /** Name of the tensor: of its layer, or of its node. */
  readonly name: string;
  /** Row shape as heads see it: maps are `[channels, height, width]`. */
  readonly rowShape: RowShape;
  /** MACs (conv + matmul) per row of everything up to here. */
  readonly macs: number;
  /** False where another cut of the same cost is the better place for an IC: before an activation, or behind padding or pooling to a vector. */
  readonly preferred: boolean;
}

export interface TensorflowNetwork {
  readonly name: string;
  /** Row shape of the input as everything outside sees it: images are `[channels, height, width]`. */
  readonly inputShape: RowShape;
  readonly classes: number;
  /** What the network itself returns; probabilities are turned into logits by their logarithm. */
  readonly returns: 'logits' | 'probabilities';
  /** MACs (conv + matmul) per row of the whole network. */
  readonly backboneMacs: number;
  /** All legal cuts, in the order in which data passes them. */
  readonly cuts: readonly NetworkCut[];
  /**
   * Runs what lies between two places, on the caller's model: no weights are copied.
   * @param from Name of a cut; null for the network's input.
   * @param to Name of a later cut; null for the network's output.
   * @param input `[rows, ...]`, channels last; stays its owner's.
   * @returns a new tensor, channels last; it belongs to the caller.
   */
  run(from: string | null, to: string | null, input: Tensor): Tensor;
}

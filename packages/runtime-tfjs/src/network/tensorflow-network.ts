// A frozen TensorFlow.js network as this package sees it: where it can be cut, what that costs, and how a part of it runs.
// `readLayersModel` and `readGraphModel` make it; `stageNetwork` and `segmentNetwork` use it.

import type { Tensor } from '@tensorflow/tfjs-core';
import type { TrainableNetwork } from '@ztw/heads';

export interface TensorflowNetwork extends TrainableNetwork {
  /** What the network itself returns; probabilities are turned into logits by their logarithm. */
  readonly returns: 'logits' | 'probabilities';
  /**
   * Runs what lies between two places, on the caller's model: no weights are copied.
   * @param from Name of a cut; null for the network's input.
   * @param to Name of a later cut; null for the network's output.
   * @param input `[rows, ...]`, channels last; stays its owner's.
   * @returns a new tensor, channels last; it belongs to the caller.
   */
  run(from: string | null, to: string | null, input: Tensor): Tensor;
}

// A frozen TensorFlow.js network: its cuts, their costs, and how a part of it runs. `readLayersModel` and
// `readGraphModel` make it; `stageNetwork` and `segmentNetwork` use it.

import type { Tensor } from '@tensorflow/tfjs-core';
import type { TrainableNetwork } from '@ztw/heads';

export interface TensorflowNetwork extends TrainableNetwork {
  /** What the network itself returns. The logarithm turns probabilities into logits. */
  readonly returns: 'logits' | 'probabilities';
  /**
   * Runs the operations between two places on the caller's model. No weights are copied.
   * @param from Name of a cut; null for the network's input.
   * @param to Name of a later cut; null for the network's output.
   * @param input `[rows, ...]`, channels last. It is not disposed.
   * @returns a new tensor, channels last. The caller disposes it.
   */
  run(from: string | null, to: string | null, input: Tensor): Tensor;
}

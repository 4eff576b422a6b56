import type { Tensor } from '@tensorflow/tfjs-core';
import { runKernel, type TensorflowInference } from '../inference/tensorflow-inference.ts';
import type { TensorflowNetwork } from './tensorflow-network.ts';

/** Smaller probabilities are raised to it, so that the logarithm stays finite in float32. */
const smallestProbability = 1e-37;

/**
 * The logits of a network's own output. For probabilities these are their logarithms, because the softmax of the
 * logarithms gives the probabilities back.
 * @param output Disposed, unless it is returned.
 */
export function networkLogits(tf: TensorflowInference, { returns }: TensorflowNetwork, output: Tensor): Tensor {
  if (returns === 'logits') return output;
  const clipped = runKernel(tf, 'ClipByValue', { x: output }, { clipValueMin: smallestProbability, clipValueMax: 1 });
  output.dispose();
  const logits = runKernel(tf, 'Log', { x: clipped });
  clipped.dispose();
  return logits;
}

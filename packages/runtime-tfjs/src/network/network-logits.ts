import type { Tensor } from '@tensorflow/tfjs-core';
import { runKernel, type TensorflowInference } from '../inference/tensorflow-inference.ts';
import type { TensorflowNetwork } from './tensorflow-network.ts';

/** Below it, float32 has no logarithm that is finite. */
const smallestProbability = 1e-37;

/**
 * Logits of a network's own output. Where it returns probabilities, their logarithms, whose softmax they are.
 * @param output Consumed.
 */
export function networkLogits(tf: TensorflowInference, { returns }: TensorflowNetwork, output: Tensor): Tensor {
  if (returns === 'logits') return output;
  const clipped = runKernel(tf, 'ClipByValue', { x: output }, { clipValueMin: smallestProbability, clipValueMax: 1 });
  output.dispose();
  const logits = runKernel(tf, 'Log', { x: clipped });
  clipped.dispose();
  return logits;
}

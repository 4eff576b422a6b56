// In memory, maps have their channels last. In heads and outside this package, they have their channels first.

import type { Tensor } from '@tensorflow/tfjs-core';
import type { RowShape } from '@ztw/core';
import { runKernel, type TensorflowInference } from '../inference/tensorflow-inference.ts';

/** `[height, width, channels]` -> `[channels, height, width]`. Other shapes are unchanged. */
export function channelsFirstShape(shape: RowShape): RowShape {
  const [height, width, channels] = shape;
  return shape.length === 3 ? [channels as number, height as number, width as number] : shape;
}

/** `[channels, height, width]` -> `[height, width, channels]`. Other shapes are unchanged. */
export function channelsLastShape(shape: RowShape): RowShape {
  const [channels, height, width] = shape;
  return shape.length === 3 ? [height as number, width as number, channels as number] : shape;
}

/** A new tensor with the channels of maps last. Other tensors keep their order. */
export function toChannelsLast(tf: TensorflowInference, tensor: Tensor): Tensor {
  return tensor.rank === 4
    ? runKernel(tf, 'Transpose', { x: tensor }, { perm: [0, 2, 3, 1] })
    : secondHandle(tf, tensor);
}

/** A new tensor with the channels of maps first. Other tensors keep their order. */
export function toChannelsFirst(tf: TensorflowInference, tensor: Tensor): Tensor {
  return tensor.rank === 4
    ? runKernel(tf, 'Transpose', { x: tensor }, { perm: [0, 3, 1, 2] })
    : secondHandle(tf, tensor);
}

/**
 * A second tensor over the same values, which no backend copies for a reshape. They are freed with the last of the two
 * tensors.
 */
export function secondHandle(tf: TensorflowInference, tensor: Tensor): Tensor {
  return runKernel(tf, 'Reshape', { x: tensor }, { shape: tensor.shape });
}

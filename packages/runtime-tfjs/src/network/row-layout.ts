// Maps lie in memory with their channels last; heads, and everything outside, see them with their channels first.

import type { Tensor } from '@tensorflow/tfjs-core';
import type { RowShape } from '@ztw/core';
import { runKernel, type TensorflowInference } from '../inference/tensorflow-inference.ts';

/** `[height, width, channels]` -> `[channels, height, width]`; other shapes stay. */
export function channelsFirstShape(shape: RowShape): RowShape {
  const [height, width, channels] = shape;
  return shape.length === 3 ? [channels as number, height as number, width as number] : shape;
}

/** `[channels, height, width]` -> `[height, width, channels]`; other shapes stay. */
export function channelsLastShape(shape: RowShape): RowShape {
  const [channels, height, width] = shape;
  return shape.length === 3 ? [height as number, width as number, channels as number] : shape;
}

/** A new tensor with the channels of maps last; of other shapes, the same values. */
export function toChannelsLast(tf: TensorflowInference, tensor: Tensor): Tensor {
  return tensor.rank === 4
    ? runKernel(tf, 'Transpose', { x: tensor }, { perm: [0, 2, 3, 1] })
    : secondHandle(tf, tensor);
}

/** A new tensor with the channels of maps first; of other shapes, the same values. */
export function toChannelsFirst(tf: TensorflowInference, tensor: Tensor): Tensor {
  return tensor.rank === 4
    ? runKernel(tf, 'Transpose', { x: tensor }, { perm: [0, 3, 1, 2] })
    : secondHandle(tf, tensor);
}

/** Another tensor of the same values, which are freed with the last of both; no backend copies them for a reshape. */
export function secondHandle(tf: TensorflowInference, tensor: Tensor): Tensor {
  return runKernel(tf, 'Reshape', { x: tensor }, { shape: tensor.shape });
}

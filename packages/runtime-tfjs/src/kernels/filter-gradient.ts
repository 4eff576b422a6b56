// The filter gradient of a convolution, as one forward convolution with its roles swapped.

import type { NamedAttrMap, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';

/** Runs one kernel of a backend. */
export type RunKernel = (name: string, inputs: NamedTensorInfoMap, attributes: NamedAttrMap) => TensorInfo;

/** Sizes along one axis of the convolution whose filter gradient is sought. */
export interface FilterAxis {
  readonly kernelSize: number;
  readonly stride: number;
  /** Zero padding before the first position. */
  readonly padBefore: number;
  readonly inputSize: number;
  readonly outputSize: number;
}

/**
 * The filter gradient, exactly: rows take the place of the input channels and channels that of the rows; the gradient by the output is the
 * filter, spread by the stride.
 * @param input `[inChannels, height, width, rows]`
 * @param gradient `[outHeight, outWidth, rows, outChannels]`
 * @param dispose Frees an intermediate result.
 * @returns `[inChannels, kernelHeight, kernelWidth, outChannels]`
 */
export function filterGradientByConvolution(
  run: RunKernel,
  dispose: (tensor: TensorInfo) => void,
  input: TensorInfo,
  gradient: TensorInfo,
  vertical: FilterAxis,
  horizontal: FilterAxis,
): TensorInfo {
  const bottom = padAfter(vertical);
  const right = padAfter(horizontal);
  const [channels, height, width, rows] = input.shape as [number, number, number, number];
  if (height + bottom <= 0 || width + right <= 0) {
    // The forward convolution saw nothing but padding there.
    const shape = [channels, vertical.kernelSize, horizontal.kernelSize, gradient.shape[3] as number];
    return run('Fill', {}, { shape, value: 0, dtype: 'float32' });
  }
  // Negative padding: the forward convolution never reached the last positions of the input.
  const cropped =
    bottom < 0 || right < 0
      ? run(
          'Slice',
          { x: input },
          { begin: [0, 0, 0, 0], size: [channels, height + Math.min(0, bottom), width + Math.min(0, right), rows] },
        )
      : input;
  const result = run(
    'Conv2D',
    { x: cropped, filter: gradient },
    {
      strides: [1, 1],
      pad: [
        [0, 0],
        [vertical.padBefore, Math.max(0, bottom)],
        [horizontal.padBefore, Math.max(0, right)],
        [0, 0],
      ],
      dataFormat: 'NHWC',
      dilations: [vertical.stride, horizontal.stride],
    },
  );
  if (cropped !== input) {
    dispose(cropped);
  }
  return result;
}

/** Padding after the last position with which the swapped convolution puts out exactly the kernel's size. */
function padAfter({ kernelSize, stride, padBefore, inputSize, outputSize }: FilterAxis): number {
  return (outputSize - 1) * stride + kernelSize - inputSize - padBefore;
}

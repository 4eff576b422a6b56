// The filter gradient of a convolution, computed as one forward convolution with swapped roles.

import type { NamedAttrMap, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';

/** Runs one kernel of a backend. */
export type RunKernel = (name: string, inputs: NamedTensorInfoMap, attributes: NamedAttrMap) => TensorInfo;

/** Sizes along one axis of the forward convolution. */
export interface FilterAxis {
  readonly kernelSize: number;
  readonly stride: number;
  /** Zero padding before the first position. */
  readonly padBefore: number;
  readonly inputSize: number;
  readonly outputSize: number;
}

/**
 * Computes the exact filter gradient. Rows take the role of input channels, and channels the role of rows. The output
 * gradient takes the role of the filter, dilated by the stride.
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
    // The forward convolution read only padding here.
    const shape = [channels, vertical.kernelSize, horizontal.kernelSize, gradient.shape[3] as number];
    return run('Fill', {}, { shape, value: 0, dtype: 'float32' });
  }
  // Negative padding means that the forward convolution never reached the last positions of the input.
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

/** The padding after the last position that makes the output of the swapped convolution as large as the kernel. */
function padAfter({ kernelSize, stride, padBefore, inputSize, outputSize }: FilterAxis): number {
  return (outputSize - 1) * stride + kernelSize - inputSize - padBefore;
}

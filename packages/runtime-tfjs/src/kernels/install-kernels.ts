// Kernels that TensorFlow.js lacks on the wasm backend, for training with its own gradients there.

import type { Conv2DBackpropFilterAttrs, KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { type FilterAxis, filterGradientByConvolution, type RunKernel } from './filter-gradient.ts';
import type { TensorflowCore } from './tensorflow-core.ts';

const kernelName = 'Conv2DBackpropFilter';
const backendName = 'wasm';

/** The method of a backend that frees intermediate results. */
interface DisposingBackend {
  disposeData(dataId: object): boolean;
}

/**
 * Registers the filter gradient of `conv2d` for the wasm backend, if it has none. A second call does nothing.
 * The result is exact; the work is one forward convolution.
 */
export function installKernels(tf: TensorflowCore): void {
  if ((tf.getKernel(kernelName, backendName) as unknown) !== undefined) {
    return;
  }
  const kernelFunc: KernelFunc = ({ inputs, backend, attrs }) => {
    const { x, dy } = inputs;
    if (x === undefined || dy === undefined) {
      throw new Error(`internal: ${kernelName} was called without x or dy`);
    }
    const run: RunKernel = (name, kernelInputs, attributes) =>
      tf.getKernel(name, backendName).kernelFunc({ inputs: kernelInputs, backend, attrs: attributes }) as TensorInfo;
    const dispose = (tensor: TensorInfo): void => {
      (backend as DisposingBackend).disposeData(tensor.dataId);
    };
    return filterGradient(tf, run, dispose, x, dy, attrs as unknown as Conv2DBackpropFilterAttrs);
  };
  tf.registerKernel({ kernelName, backendName, kernelFunc });
}

/** `x` and `dy` in the attributes' data format -> `[kernelHeight, kernelWidth, inChannels, outChannels]` */
function filterGradient(
  tf: TensorflowCore,
  run: RunKernel,
  dispose: (tensor: TensorInfo) => void,
  x: TensorInfo,
  dy: TensorInfo,
  attributes: Conv2DBackpropFilterAttrs,
): TensorInfo {
  const { strides, pad, dataFormat, dimRoundingMode, filterShape } = attributes;
  const info = tf.backend_util.computeConv2DInfo(
    x.shape as [number, number, number, number],
    filterShape,
    strides,
    1,
    pad,
    dimRoundingMode,
    false,
    tf.backend_util.convertConv2DDataFormat(dataFormat),
  );
  const channelsLast = dataFormat === 'NHWC';
  const vertical: FilterAxis = {
    kernelSize: info.filterHeight,
    stride: info.strideHeight,
    padBefore: info.padInfo.top,
    inputSize: info.inHeight,
    outputSize: info.outHeight,
  };
  const horizontal: FilterAxis = {
    kernelSize: info.filterWidth,
    stride: info.strideWidth,
    padBefore: info.padInfo.left,
    inputSize: info.inWidth,
    outputSize: info.outWidth,
  };
  const input = run('Transpose', { x }, { perm: channelsLast ? [3, 1, 2, 0] : [1, 2, 3, 0] });
  const gradient = run('Transpose', { x: dy }, { perm: channelsLast ? [1, 2, 0, 3] : [2, 3, 0, 1] });
  const swapped = filterGradientByConvolution(run, dispose, input, gradient, vertical, horizontal);
  const result = run('Transpose', { x: swapped }, { perm: [1, 2, 0, 3] });
  for (const tensor of [input, gradient, swapped]) {
    dispose(tensor);
  }
  return result;
}

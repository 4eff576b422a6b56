// The memory of the wasm backend, for small work that costs less in JavaScript than the calls of its kernels.

import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { TensorflowInference } from './tensorflow-inference.ts';

/** The methods of the wasm backend that its kernels use. */
export interface WasmHeap {
  /** The values are arbitrary until they are written. */
  makeOutput(shape: readonly number[], dtype: 'float32'): TensorInfo;
  /** The values themselves. Take views after all allocations, which may move the heap. */
  typedArrayFromHeap(tensor: TensorInfo): Float32Array;
}

/** The heap of the current backend; null for other backends. */
export function wasmHeap(tf: TensorflowInference): WasmHeap | null {
  const backend: unknown = tf.engine().backend;
  return hasHeap(backend) ? backend : null;
}

/** Makes a tensor of a result of `makeOutput`. The caller disposes it. */
export function tensorOnHeap(tf: TensorflowInference, output: TensorInfo): Tensor {
  return tf.engine().makeTensorFromTensorInfo(output);
}

function hasHeap(backend: unknown): backend is WasmHeap {
  return typeof backend === 'object' && backend !== null && 'typedArrayFromHeap' in backend && 'makeOutput' in backend;
}

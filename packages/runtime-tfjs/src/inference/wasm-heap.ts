// The memory of the wasm backend, for small work that costs less by hand than the calls of its kernels.

import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { TensorflowInference } from './tensorflow-inference.ts';

/** What the wasm backend offers to its kernels. */
export interface WasmHeap {
  /** Values are anything until they are written. */
  makeOutput(shape: readonly number[], dtype: 'float32'): TensorInfo;
  /** The values themselves. Take views after all allocations, which may move the heap. */
  typedArrayFromHeap(tensor: TensorInfo): Float32Array;
}

/** The heap of the backend that is set; null for backends of other kinds. */
export function wasmHeap(tf: TensorflowInference): WasmHeap | null {
  const backend: unknown = tf.engine().backend;
  return hasHeap(backend) ? backend : null;
}

/** A tensor of what `makeOutput` gave; it belongs to the caller. */
export function tensorOnHeap(tf: TensorflowInference, output: TensorInfo): Tensor {
  return tf.engine().makeTensorFromTensorInfo(output);
}

function hasHeap(backend: unknown): backend is WasmHeap {
  return typeof backend === 'object' && backend !== null && 'typedArrayFromHeap' in backend && 'makeOutput' in backend;
}

// Copies entries of one axis. On the wasm backend this code copies in the heap, which is tens of times faster than the
// backend's gather.

import type { Tensor } from '@tensorflow/tfjs-core';
import { runKernel, type TensorflowInference } from './tensorflow-inference.ts';
import { tensorOnHeap, type WasmHeap, wasmHeap } from './wasm-heap.ts';

/**
 * @param tensor float32.
 * @param indices Entries to take along the axis, in any order; repeats are fine.
 * @returns a new tensor. The given one is not disposed.
 */
export function takeEntries(tf: TensorflowInference, tensor: Tensor, axis: number, indices: Int32Array): Tensor {
  const heap = wasmHeap(tf);
  if (heap !== null) return copyOverHeap(tf, heap, tensor, axis, indices);
  const list = tf.tensor(indices, [indices.length], 'int32');
  try {
    return runKernel(tf, 'GatherV2', { x: tensor, indices: list }, { axis, batchDims: 0 });
  } finally {
    list.dispose();
  }
}

function copyOverHeap(
  tf: TensorflowInference,
  heap: WasmHeap,
  tensor: Tensor,
  axis: number,
  indices: Int32Array,
): Tensor {
  const { shape } = tensor;
  const size = (axes: readonly number[]): number => axes.reduce((product, length) => product * length, 1);
  const outer = size(shape.slice(0, axis));
  const length = shape[axis] as number;
  const inner = size(shape.slice(axis + 1));
  const output = heap.makeOutput([...shape.slice(0, axis), indices.length, ...shape.slice(axis + 1)], 'float32');
  const source = heap.typedArrayFromHeap(tensor);
  const target = heap.typedArrayFromHeap(output);
  for (let block = 0; block < outer; block++) {
    copyEntries(source, block * length * inner, target, block * indices.length * inner, indices, inner);
  }
  return tensorOnHeap(tf, output);
}

function copyEntries(
  source: Float32Array,
  from: number,
  target: Float32Array,
  to: number,
  indices: Int32Array,
  inner: number,
): void {
  let position = 0;
  while (position < indices.length) {
    const first = indices[position] as number;
    // Consecutive entries are copied together.
    let end = position + 1;
    while (end < indices.length && indices[end] === first + (end - position)) end += 1;
    const start = from + first * inner;
    target.set(source.subarray(start, start + (end - position) * inner), to + position * inner);
    position = end;
  }
}

// Layer norm. On the wasm backend, small inputs are computed here, in its heap: nine kernel calls for a row of logits
// cost as much as a layer.

import type { Tensor } from '@tensorflow/tfjs-core';
import { runKernel, type TensorflowInference } from './tensorflow-inference.ts';
import { tensorOnHeap, type WasmHeap, wasmHeap } from './wasm-heap.ts';

export interface LayerNormInputs {
  /** `[..., size]`, float32. */
  readonly input: Tensor;
  /** `[size]` */
  readonly weight: Tensor;
  /** `[size]` */
  readonly bias: Tensor | null;
}

/**
 * Largest number of values computed here. Above it, kernels are faster, because they compute several values per
 * instruction.
 */
const largestByHand = 8192;

/**
 * `(x - mean) / sqrt(variance + epsilon) * weight + bias` over the last axis, with the biased variance.
 * @returns a new tensor. The inputs are not disposed.
 */
export function layerNorm(tf: TensorflowInference, inputs: LayerNormInputs, epsilon: number): Tensor {
  const heap = inputs.input.size <= largestByHand ? wasmHeap(tf) : null;
  return heap === null ? byKernels(tf, inputs, epsilon) : overHeap(tf, heap, inputs, epsilon);
}

function overHeap(
  tf: TensorflowInference,
  heap: WasmHeap,
  { input, weight, bias }: LayerNormInputs,
  epsilon: number,
): Tensor {
  const output = heap.makeOutput(input.shape, 'float32');
  const source = heap.typedArrayFromHeap(input);
  const target = heap.typedArrayFromHeap(output);
  const scale = heap.typedArrayFromHeap(weight);
  const shift = bias === null ? null : heap.typedArrayFromHeap(bias);
  const size = scale.length;
  for (let start = 0; start < source.length; start += size) {
    let sum = 0;
    for (let column = 0; column < size; column++) sum += source[start + column] as number;
    const mean = sum / size;
    let squares = 0;
    for (let column = 0; column < size; column++) squares += ((source[start + column] as number) - mean) ** 2;
    const factor = 1 / Math.sqrt(squares / size + epsilon);
    for (let column = 0; column < size; column++) {
      const normalised = ((source[start + column] as number) - mean) * factor;
      target[start + column] = normalised * (scale[column] as number) + (shift?.[column] ?? 0);
    }
  }
  return tensorOnHeap(tf, output);
}

function byKernels(tf: TensorflowInference, { input, weight, bias }: LayerNormInputs, epsilon: number): Tensor {
  const made: Tensor[] = [];
  const run = (name: string, inputs: Readonly<Record<string, Tensor>>, attributes?: object): Tensor => {
    const result = runKernel(tf, name, inputs, attributes);
    made.push(result);
    return result;
  };
  const overLast = { axis: [input.rank - 1], keepDims: true };
  try {
    const centred = run('Sub', { a: input, b: run('Mean', { x: input }, overLast) });
    const variance = run('Mean', { x: run('Multiply', { a: centred, b: centred }) }, overLast);
    const smallest = tf.tensor(epsilon);
    made.push(smallest);
    const factor = run('Rsqrt', { x: run('Add', { a: variance, b: smallest }) });
    const scaled = run('Multiply', { a: run('Multiply', { a: centred, b: factor }), b: weight });
    if (bias === null) return made.pop() as Tensor;
    return runKernel(tf, 'Add', { a: scaled, b: bias });
  } finally {
    for (const tensor of made) tensor.dispose();
  }
}

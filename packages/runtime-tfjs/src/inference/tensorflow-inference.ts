import type { NamedAttrMap, Tensor, TensorInfo } from '@tensorflow/tfjs-core';

/**
 * The TensorFlow.js module that a caller passes in, with its backend already set: `@tensorflow/tfjs-core`, or
 * `@tensorflow/tfjs`, which contains it. This package does not import it, so that the only engine is the caller's.
 */
export type TensorflowInference = Pick<typeof import('@tensorflow/tfjs-core'), 'engine' | 'keep' | 'tensor'>;

/** Runs one kernel on the backend that is set. The result belongs to the caller. */
export function runKernel(
  tf: TensorflowInference,
  name: string,
  inputs: Readonly<Record<string, Tensor>> | readonly Tensor[],
  attributes: object = {},
): Tensor {
  // Kernels with a list of inputs take an array; the others take an object of named inputs.
  return tf
    .engine()
    .runKernel(name, inputs as Record<string, Tensor>, attributes as NamedAttrMap) as TensorInfo as Tensor;
}

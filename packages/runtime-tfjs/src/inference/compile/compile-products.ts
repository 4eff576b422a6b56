import type { Tensor } from '@tensorflow/tfjs-core';
import type { DenseStep } from '@ztw/program';
import { runKernel, type TensorflowInference } from '../tensorflow-inference.ts';
import type { CompiledStep, StepCompilers } from './compiled-step.ts';

/** A product of two matrices: all axes but the last are joined first. */
function compileDense(tf: TensorflowInference, step: DenseStep): CompiledStep {
  const attributes = {
    transposeA: false,
    transposeB: false,
    activation: step.activation ?? 'linear',
    leakyreluAlpha: 0,
  };
  return (read) => {
    const input = read(step.input);
    const weight = read(step.weight);
    const [inFeatures, outFeatures] = weight.shape as [number, number];
    const steps: Tensor[] = [];
    const reshaped = (x: Tensor, shape: readonly number[]): Tensor => {
      const result = runKernel(tf, 'Reshape', { x }, { shape });
      steps.push(result);
      return result;
    };
    try {
      const inputs = {
        a: reshaped(input, [1, input.size / inFeatures, inFeatures]),
        b: reshaped(weight, [1, inFeatures, outFeatures]),
      };
      const product = runKernel(
        tf,
        '_FusedMatMul',
        step.bias === null ? inputs : { ...inputs, bias: read(step.bias) },
        attributes,
      );
      steps.push(product);
      return runKernel(tf, 'Reshape', { x: product }, { shape: [...input.shape.slice(0, -1), outFeatures] });
    } finally {
      for (const tensor of steps) tensor.dispose();
    }
  };
}

export const productCompilers: StepCompilers<'dense' | 'matmul'> = {
  dense: compileDense,
  matmul: (tf, { left, right }) => {
    const attributes = { transposeA: false, transposeB: false };
    return (read) => runKernel(tf, 'BatchMatMul', { a: read(left), b: read(right) }, attributes);
  },
};

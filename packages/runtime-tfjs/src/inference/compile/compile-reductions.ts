import type { ReduceStep } from '@ztw/program';
import { layerNorm } from '../layer-norm.ts';
import { runKernel, type TensorflowInference } from '../tensorflow-inference.ts';
import type { CompiledStep, StepCompilers } from './compiled-step.ts';

function compileReduce(tf: TensorflowInference, step: ReduceStep): CompiledStep {
  const { axes, keepAxes: keepDims } = step;
  switch (step.function) {
    case 'mean':
      return (read) => runKernel(tf, 'Mean', { x: read(step.input) }, { axis: axes, keepDims });
    case 'sum':
      return (read) => runKernel(tf, 'Sum', { x: read(step.input) }, { axis: axes, keepDims });
    case 'maximum':
      return (read) => runKernel(tf, 'Max', { x: read(step.input) }, { reductionIndices: axes, keepDims });
    case 'minimum':
      return (read) => runKernel(tf, 'Min', { x: read(step.input) }, { axis: axes, keepDims });
  }
}

export const reductionCompilers: StepCompilers<'reduce' | 'softmax' | 'layer-norm'> = {
  reduce: compileReduce,
  softmax:
    (tf, { input }) =>
    (read) => {
      const logits = read(input);
      return runKernel(tf, 'Softmax', { logits }, { dim: logits.rank - 1 });
    },
  'layer-norm':
    (tf, { input, weight, bias, epsilon }) =>
    (read) => {
      const inputs = { input: read(input), weight: read(weight), bias: bias === null ? null : read(bias) };
      return layerNorm(tf, inputs, epsilon);
    },
};

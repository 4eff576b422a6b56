import type { ProgramBinaryFunction, ProgramFunction } from '@ztw/program';
import { runKernel } from '../tensorflow-inference.ts';
import type { StepCompilers } from './compiled-step.ts';

/** Kernel names of functions on every value. */
const functionKernels: Readonly<Record<ProgramFunction, string>> = {
  relu: 'Relu',
  relu6: 'Relu6',
  sigmoid: 'Sigmoid',
  tanh: 'Tanh',
  erf: 'Erf',
  exp: 'Exp',
  log: 'Log',
  sqrt: 'Sqrt',
  abs: 'Abs',
  neg: 'Neg',
  elu: 'Elu',
  selu: 'Selu',
  softplus: 'Softplus',
  reciprocal: 'Reciprocal',
};

const binaryKernels: Readonly<Record<ProgramBinaryFunction, string>> = {
  add: 'Add',
  subtract: 'Sub',
  multiply: 'Multiply',
  divide: 'RealDiv',
  power: 'Pow',
  minimum: 'Minimum',
  maximum: 'Maximum',
};

const largest = 3.4028234663852886e38;

export const elementwiseCompilers: StepCompilers<'function' | 'clip' | 'leaky-relu' | 'binary'> = {
  function: (tf, step) => (read) => runKernel(tf, functionKernels[step.function], { x: read(step.input) }),
  clip: (tf, { input, minimum, maximum }) => {
    const limits = { clipValueMin: minimum ?? -largest, clipValueMax: maximum ?? largest };
    return (read) => runKernel(tf, 'ClipByValue', { x: read(input) }, limits);
  },
  'leaky-relu':
    (tf, { input, slope }) =>
    (read) =>
      runKernel(tf, 'LeakyRelu', { x: read(input) }, { alpha: slope }),
  binary: (tf, step) => (read) =>
    runKernel(tf, binaryKernels[step.function], { a: read(step.left), b: read(step.right) }),
};

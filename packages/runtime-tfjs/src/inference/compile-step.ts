// One step of a stage program as a function on tensors. Attributes are worked out once, when the program is loaded.

import type { Tensor } from '@tensorflow/tfjs-core';
import type {
  ConvolutionStep,
  DenseStep,
  PoolStep,
  ProgramBinaryFunction,
  ProgramFunction,
  ProgramSize,
  ProgramStep,
  ReduceStep,
  SliceStep,
} from '@ztw/program';
import { layerNorm } from './layer-norm.ts';
import { takeEntries } from './take-entries.ts';
import { runKernel, type TensorflowInference } from './tensorflow-inference.ts';

/** Reads a tensor by its name in the program; it stays its owner's. */
export type ReadTensor = (name: string) => Tensor;

/** @returns a new tensor, which belongs to the caller. */
export type CompiledStep = (read: ReadTensor, rows: number) => Tensor;

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

export function compileStep(tf: TensorflowInference, step: ProgramStep): CompiledStep {
  const run = (
    name: string,
    inputs: Readonly<Record<string, Tensor>> | readonly Tensor[],
    attributes?: object,
  ): Tensor => runKernel(tf, name, inputs, attributes);
  switch (step.operator) {
    case 'conv2d':
    case 'depthwise-conv2d':
      return compileConvolution(tf, step);
    case 'max-pool':
    case 'average-pool':
      return compilePool(tf, step);
    case 'dense':
      return compileDense(tf, step);
    case 'matmul':
      return (read) =>
        run('BatchMatMul', { a: read(step.left), b: read(step.right) }, { transposeA: false, transposeB: false });
    case 'function':
      return (read) => run(functionKernels[step.function], { x: read(step.input) });
    case 'clip': {
      const limits = { clipValueMin: step.minimum ?? -largest, clipValueMax: step.maximum ?? largest };
      return (read) => run('ClipByValue', { x: read(step.input) }, limits);
    }
    case 'leaky-relu':
      return (read) => run('LeakyRelu', { x: read(step.input) }, { alpha: step.slope });
    case 'binary':
      return (read) => run(binaryKernels[step.function], { a: read(step.left), b: read(step.right) });
    case 'reduce':
      return compileReduce(tf, step);
    case 'softmax':
      return (read) => {
        const logits = read(step.input);
        return run('Softmax', { logits }, { dim: logits.rank - 1 });
      };
    case 'layer-norm':
      return (read) =>
        layerNorm(
          tf,
          { input: read(step.input), weight: read(step.weight), bias: step.bias === null ? null : read(step.bias) },
          step.epsilon,
        );
    case 'reshape':
      return (read, rows) => run('Reshape', { x: read(step.input) }, { shape: sizesFor(step.shape, rows) });
    case 'transpose':
      return (read) => run('Transpose', { x: read(step.input) }, { perm: step.permutation });
    case 'concat':
      return (read) => run('Concat', step.inputs.map(read), { axis: step.axis });
    case 'slice':
      return compileSlice(tf, step);
    case 'pad':
      return (read) => run('PadV2', { x: read(step.input) }, { paddings: step.pads, constantValue: step.value });
    case 'gather': {
      const indices = Int32Array.from(step.indices);
      return (read) => takeEntries(tf, read(step.input), step.axis, indices);
    }
    case 'tile':
      return (read, rows) => run('Tile', { x: read(step.input) }, { reps: sizesFor(step.repeats, rows) });
  }
}

function sizesFor(sizes: readonly ProgramSize[], rows: number): readonly number[] {
  return sizes.map((size) => (typeof size === 'number' ? size : size.perRow * rows));
}

type Pads = readonly [number, number, number, number];

/** Padding per axis of `[rows, height, width, channels]`. */
function explicitPads([top, bottom, left, right]: Pads): readonly (readonly [number, number])[] {
  return [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
}

function compileConvolution(tf: TensorflowInference, step: ConvolutionStep): CompiledStep {
  const kernel = step.operator === 'conv2d' ? 'FusedConv2D' : 'FusedDepthwiseConv2D';
  const attributes = {
    strides: step.strides,
    pad: explicitPads(step.pads),
    dataFormat: 'NHWC',
    dilations: step.dilations,
    dimRoundingMode: 'floor',
    activation: step.activation ?? 'linear',
    leakyreluAlpha: 0,
  };
  return (read) => {
    const inputs = { x: read(step.input), filter: read(step.filter) };
    return runKernel(tf, kernel, step.bias === null ? inputs : { ...inputs, bias: read(step.bias) }, attributes);
  };
}

function compilePool(tf: TensorflowInference, step: PoolStep): CompiledStep {
  const kernel = step.operator === 'max-pool' ? 'MaxPool' : 'AvgPool';
  const attributes = {
    filterSize: step.size,
    strides: step.strides,
    pad: explicitPads(step.pads),
    dimRoundingMode: 'floor',
  };
  return (read) => runKernel(tf, kernel, { x: read(step.input) }, attributes);
}

/** As one product of matrices, whatever axes stand in front. */
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

function compileSlice(tf: TensorflowInference, { input, axis, start, length, stride }: SliceStep): CompiledStep {
  return (read) => {
    const x = read(input);
    const at = (value: number, other: readonly number[]): readonly number[] =>
      other.map((entry, position) => (position === axis ? value : entry));
    const zeros = x.shape.map(() => 0);
    if (stride === 1) return runKernel(tf, 'Slice', { x }, { begin: at(start, zeros), size: at(length, x.shape) });
    const attributes = {
      begin: at(start, zeros),
      end: at(start + (length - 1) * stride + 1, x.shape),
      strides: at(
        stride,
        x.shape.map(() => 1),
      ),
      beginMask: 0,
      endMask: 0,
      ellipsisMask: 0,
      newAxisMask: 0,
      shrinkAxisMask: 0,
    };
    return runKernel(tf, 'StridedSlice', { x }, attributes);
  };
}

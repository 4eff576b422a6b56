import type { ConvolutionStep, PoolStep } from '@ztw/program';
import { runKernel, type TensorflowInference } from '../tensorflow-inference.ts';
import type { CompiledStep, StepCompilers } from './compiled-step.ts';

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

export const windowCompilers: StepCompilers<(ConvolutionStep | PoolStep)['operator']> = {
  conv2d: compileConvolution,
  'depthwise-conv2d': compileConvolution,
  'max-pool': compilePool,
  'average-pool': compilePool,
};

// Folds a scale and an offset per channel, such as batch normalisation, into the convolution or matrix product before
// it.

import type { Parameter } from '@ztw/core/runtime';
import type { DenseStep } from '../steps/products.ts';
import type { ProgramStep } from '../steps/program-steps.ts';
import type { ConvolutionStep } from '../steps/windows.ts';
import { joinNeighbours, type ProgramBody } from './program-body.ts';

type LinearStep = ConvolutionStep | DenseStep;

/** @returns weights with the folded ones among them; those that nobody reads any more are still there. */
export function foldScales(body: ProgramBody): ProgramBody {
  const weights = new Map(body.weights);
  const operands = (step: ProgramStep): readonly string[] =>
    step.operator === 'binary' ? [step.left, step.right] : [];
  return { ...joinNeighbours(body, operands, (before, step) => fold(before, step, weights)), weights };
}

/** One step for both, or null where they stay apart. @param weights Gets the folded weights. */
function fold(before: ProgramStep, step: ProgramStep, weights: Map<string, Parameter>): LinearStep | null {
  const isLinear =
    before.operator === 'conv2d' || before.operator === 'depthwise-conv2d' || before.operator === 'dense';
  if (!isLinear || before.activation !== null || step.operator !== 'binary') return null;
  const other = weights.get(step.left === before.output ? step.right : step.left);
  const kernelName = before.operator === 'dense' ? before.weight : before.filter;
  const kernel = weights.get(kernelName);
  if (other === undefined || kernel === undefined) return null;
  const channels = channelsOf(before, kernel);
  if (other.shape.length !== 1 || other.shape[0] !== channels) return null;
  const bias = before.bias === null ? new Float32Array(channels) : weights.get(before.bias)?.data;
  if (bias === undefined) return null;
  const store = (name: string, shape: readonly number[], data: Float32Array): string => {
    const folded = `${step.output}/${name}`;
    weights.set(folded, { shape, data });
    return folded;
  };
  if (step.function === 'add') {
    const sum = bias.map((value, channel) => value + (other.data[channel] as number));
    return { ...before, bias: store('folded_bias', [channels], sum), output: step.output };
  }
  if (step.function !== 'multiply') return null;
  // Output channels are the last axis of a kernel; the last two, together, of a depthwise one.
  const scaled = kernel.data.map((value, index) => value * (other.data[index % channels] as number));
  const scaledKernel = store('folded_kernel', kernel.shape, scaled);
  const scaledBias =
    before.bias === null
      ? null
      : store(
          'folded_bias',
          [channels],
          bias.map((value, channel) => value * (other.data[channel] as number)),
        );
  return before.operator === 'dense'
    ? { ...before, weight: scaledKernel, bias: scaledBias, output: step.output }
    : { ...before, filter: scaledKernel, bias: scaledBias, output: step.output };
}

function channelsOf({ operator }: LinearStep, { shape }: Parameter): number {
  const last = shape.at(-1) ?? 0;
  return operator === 'depthwise-conv2d' ? last * (shape.at(-2) ?? 0) : last;
}

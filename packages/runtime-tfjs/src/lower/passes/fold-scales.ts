// A scale and an offset per channel right behind a convolution or a matrix, as batch normalisation is written, become part of it.

import type { Parameter } from '@ztw/core';
import { type ConvolutionStep, type DenseStep, type ProgramStep, stepReads } from '@ztw/program';

type LinearStep = ConvolutionStep | DenseStep;

/** @param weights Gets the folded weights. @param result Name that must stay. */
export function foldScales(
  steps: readonly ProgramStep[],
  weights: Map<string, Parameter>,
  result: string,
): readonly ProgramStep[] {
  const reads = countReads(steps, result);
  const kept = new Map<string, ProgramStep>();
  for (const step of steps) {
    const before = step.operator === 'binary' ? (kept.get(step.left) ?? kept.get(step.right)) : undefined;
    const folded = before !== undefined && reads.get(before.output) === 1 ? fold(before, step, weights) : null;
    if (before !== undefined && folded !== null) kept.delete(before.output);
    kept.set(step.output, folded ?? step);
  }
  const read = new Set([...kept.values()].flatMap(stepReads));
  for (const name of weights.keys()) if (!read.has(name)) weights.delete(name);
  return [...kept.values()];
}

function countReads(steps: readonly ProgramStep[], result: string): ReadonlyMap<string, number> {
  const counts = new Map([[result, 1]]);
  for (const name of steps.flatMap(stepReads)) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** One step for both, or null where they stay apart. */
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

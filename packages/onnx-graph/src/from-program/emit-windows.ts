import { InvalidModelError } from '@ztw/core';
import type { Parameter } from '@ztw/core/runtime';
import type { ConvolutionStep, PoolStep, ProgramSize } from '@ztw/program';
import type { AttributeProto } from 'onnx-buf';
import { intAttribute, intsAttribute } from '../graph/build.ts';
import { emitActivated } from './emit-activation.ts';
import { channelsFirst, type PlacedValue } from './placed-value.ts';
import type { ProgramEmitter, StepEmitters } from './program-emitter.ts';

/** Top, bottom, left, right. */
type Pads = readonly [number, number, number, number];
type Pair = readonly [number, number];

function emitConvolution(emitter: ProgramEmitter, step: ConvolutionStep): PlacedValue {
  const filter = filterOf(emitter, step);
  const [height, width, inChannels, last] = filter.shape as [number, number, number, number];
  const isDepthwise = step.operator === 'depthwise-conv2d';
  const outChannels = isDepthwise ? inChannels * last : last;
  // Output channel `c * multiplier + m` comes from input channel `c`, in both formats.
  const stored = isDepthwise
    ? emitter.storeWeight(step.filter, [2, 3, 0, 1], [outChannels, 1, height, width])
    : emitter.storeWeight(step.filter, [3, 2, 0, 1], [outChannels, inChannels, height, width]);
  const inputs = [emitter.inOrder(step.input, channelsFirst), stored];
  if (step.bias !== null) inputs.push(emitter.storeWeight(step.bias, [0], [outChannels]));
  const attributes = [
    ...windowAttributes([height, width], step.strides, step.pads),
    intsAttribute('dilations', step.dilations),
    intAttribute('group', isDepthwise ? inChannels : 1),
  ];
  const name = emitActivated(emitter, step.activation, emitter.outputName(step.output), (output) =>
    emitter.apply('Conv', inputs, attributes, output),
  );
  const reach: Pair = [(height - 1) * step.dilations[0] + 1, (width - 1) * step.dilations[1] + 1];
  const shape = windowedShape(emitter.read(step.input), reach, step.strides, step.pads, outChannels);
  return { name, shape, order: channelsFirst };
}

function emitPool(emitter: ProgramEmitter, step: PoolStep): PlacedValue {
  const value = emitter.read(step.input);
  const operator = step.operator === 'max-pool' ? 'MaxPool' : 'AveragePool';
  const name = emitter.apply(
    operator,
    [emitter.inOrder(step.input, channelsFirst)],
    windowAttributes(step.size, step.strides, step.pads),
    emitter.outputName(step.output),
  );
  const shape = windowedShape(value, step.size, step.strides, step.pads, value.shape[3] ?? 1);
  return { name, shape, order: channelsFirst };
}

function filterOf(emitter: ProgramEmitter, { filter, output }: ConvolutionStep): Parameter {
  const weight = emitter.weight(filter);
  if (weight?.shape.length !== 4) {
    throw new InvalidModelError(`the filter "${filter}" of step "${output}" must be a stored weight with four axes`, {
      expected: 'four axes',
      received: weight?.shape ?? null,
      path: filter,
    });
  }
  return weight;
}

function windowAttributes(size: Pair, strides: Pair, [top, bottom, left, right]: Pads): readonly AttributeProto[] {
  return [
    intsAttribute('kernel_shape', size),
    intsAttribute('strides', strides),
    intsAttribute('pads', [top, left, bottom, right]),
  ];
}

/** @param reach Height and width that a window spans, dilation included. */
function windowedShape(
  { shape }: PlacedValue,
  reach: Pair,
  strides: Pair,
  [top, bottom, left, right]: Pads,
  channels: ProgramSize,
): readonly ProgramSize[] {
  const [rows, height, width] = shape as readonly [ProgramSize, number, number];
  const count = (length: number, axis: 0 | 1): number => Math.floor((length - reach[axis]) / strides[axis]) + 1;
  return [rows, count(height + top + bottom, 0), count(width + left + right, 1), channels];
}

export const windowEmitters: StepEmitters<(ConvolutionStep | PoolStep)['operator']> = {
  conv2d: emitConvolution,
  'depthwise-conv2d': emitConvolution,
  'max-pool': emitPool,
  'average-pool': emitPool,
};

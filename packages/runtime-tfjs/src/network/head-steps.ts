// A head's layers as steps of a stage program.

import {
  type Conv2dLayer,
  type DenseLayer,
  type HeadLayer,
  type HeadParameters,
  type Parameter,
  type RowShape,
  rowSize,
} from '@ztw/core';
import { layerOutputShape } from '@ztw/heads';
import type { ProgramStep } from '@ztw/program';
import { adaptivePools, type PooledValues } from './pool-steps.ts';
import {
  binary,
  channelsFirst,
  channelsLast,
  constant,
  createStepWriter,
  type HeadValue,
  type StepWriter,
  scaled,
} from './step-writer.ts';

/** Names under which the steps read what they are given. */
export const featuresName = 'features';
export const previousLogitsName = 'previous_logits';

export interface HeadSteps {
  readonly steps: readonly ProgramStep[];
  readonly weights: ReadonlyMap<string, Parameter>;
  /** Name of the last step's result, which lies in memory as heads see it. */
  readonly output: string;
}

/**
 * @param inputShape Row shape of the features as heads see them; in memory, maps have their channels last.
 * @throws InvalidModelError where layers, shapes and parameters do not fit together.
 */
export function headSteps(layers: readonly HeadLayer[], parameters: HeadParameters, inputShape: RowShape): HeadSteps {
  const writer = createStepWriter(parameters);
  let value: HeadValue = { name: featuresName, shape: inputShape, isChannelsLast: inputShape.length === 3 };
  for (const layer of layers) value = writeLayer(writer, layer, value);
  const output = channelsFirst(writer, value);
  return { steps: writer.steps, weights: writer.weights, output };
}

function writeLayer(writer: StepWriter, layer: HeadLayer, value: HeadValue): HeadValue {
  const { add } = writer;
  const shape = layerOutputShape(layer, value.shape);
  /** A result in memory as heads see it. */
  const plain = (name: string): HeadValue => ({ name, shape, isChannelsLast: false });
  const input = (): string => channelsFirst(writer, value);
  const reshaped = (name: string): HeadValue =>
    plain(add({ operator: 'reshape', input: name, shape: [{ perRow: 1 }, ...shape] }));
  switch (layer.kind) {
    case 'relu':
      return { ...value, name: add({ operator: 'function', function: 'relu', input: value.name }) };
    case 'gelu':
      return { ...value, name: gelu(writer, value.name) };
    case 'channels-first':
      return plain(add({ operator: 'transpose', input: input(), permutation: [0, 3, 1, 2] }));
    case 'conv2d':
      return { name: convolution(writer, layer, channelsLast(writer, value)), shape, isChannelsLast: true };
    case 'mixed-pool':
      return mix(writer, layer.name, adaptivePools(writer, value, layer.outputSize));
    case 'adaptive-pools': {
      const { maximum, average } = adaptivePools(writer, value, layer.outputSize);
      const both = [maximum, average].map((pooled) => channelsFirst(writer, pooled));
      return reshaped(add({ operator: 'concat', inputs: both, axis: 1 }));
    }
    case 'pool-mix': {
      const half = (start: number): HeadValue =>
        reshaped(add({ operator: 'slice', input: value.name, axis: 1, start, length: 1, stride: 1 }));
      return mix(writer, layer.name, { maximum: half(0), average: half(1) });
    }
    case 'flatten':
      return plain(add({ operator: 'reshape', input: input(), shape: [{ perRow: 1 }, rowSize(shape)] }));
    case 'take-token':
      return reshaped(add({ operator: 'slice', input: input(), axis: 1, start: layer.index, length: 1, stride: 1 }));
    case 'mean-tokens':
      return plain(add({ operator: 'reduce', function: 'mean', input: input(), axes: [1], keepAxes: false }));
    case 'layer-norm':
      return plain(normalised(writer, layer.name, input(), layer.size, layer.epsilon));
    case 'cascade': {
      const logits = layer.layerNorm
        ? normalised(writer, layer.name, previousLogitsName, layer.classes, layer.epsilon)
        : previousLogitsName;
      return plain(add({ operator: 'concat', inputs: [input(), logits], axis: 1 }));
    }
    case 'dense':
      return plain(dense(writer, layer, input()));
  }
}

function gelu(writer: StepWriter, input: string): string {
  const erf = writer.add({ operator: 'function', function: 'erf', input: scaled(writer, input, Math.SQRT1_2) });
  const gate = binary(writer, 'add', erf, constant(writer, 1));
  return binary(writer, 'multiply', scaled(writer, input, 0.5), gate);
}

function convolution(
  { add, store, values }: StepWriter,
  { name, inChannels, outChannels, kernelSize, stride, padding }: Conv2dLayer,
  input: string,
): string {
  const filter = new Float32Array(outChannels * inChannels * kernelSize * kernelSize);
  const positions = kernelSize * kernelSize;
  values(`${name}.weight`, filter.length).forEach((value, index) => {
    const position = index % positions;
    const channel = Math.floor(index / positions) % inChannels;
    const out = Math.floor(index / (positions * inChannels));
    filter[(position * inChannels + channel) * outChannels + out] = value;
  });
  return add({
    operator: 'conv2d',
    input,
    filter: store([kernelSize, kernelSize, inChannels, outChannels], filter),
    bias: store([outChannels], values(`${name}.bias`, outChannels)),
    strides: [stride, stride],
    pads: [padding, padding, padding, padding],
    dilations: [1, 1],
    activation: null,
  });
}

function dense(
  { add, store, values }: StepWriter,
  { name, inFeatures, outFeatures }: DenseLayer,
  input: string,
): string {
  const weight = values(`${name}.weight`, inFeatures * outFeatures);
  const transposed = weight.map(
    (_value, index) => weight[(index % outFeatures) * inFeatures + Math.floor(index / outFeatures)] as number,
  );
  return add({
    operator: 'dense',
    input,
    weight: store([inFeatures, outFeatures], transposed),
    bias: store([outFeatures], values(`${name}.bias`, outFeatures)),
    activation: null,
  });
}

function mix(writer: StepWriter, name: string, { maximum, average }: PooledValues): HeadValue {
  const [alpha = 0] = writer.values(`${name}.alpha`, 1);
  if (maximum.name === average.name) return maximum;
  const weighted = [scaled(writer, maximum.name, alpha), scaled(writer, average.name, 1 - alpha)] as const;
  return { ...maximum, name: binary(writer, 'add', ...weighted) };
}

function normalised(writer: StepWriter, name: string, input: string, size: number, epsilon: number): string {
  const weight = writer.store([size], writer.values(`${name}.weight`, size));
  const bias = writer.store([size], writer.values(`${name}.bias`, size));
  return writer.add({ operator: 'layer-norm', input, weight, bias, epsilon });
}

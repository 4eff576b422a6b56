// A head's layers as steps of a stage program.

import type { Parameter, RowShape } from '@ztw/core';
import { type HeadLayer, type HeadParameters, type LayerWriter, type WeightAndBias, writeLayers } from '@ztw/heads';
import type { ProgramStep } from '@ztw/program';
import { adaptivePools } from './pool-steps.ts';
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
  const writer = createStepWriter();
  const features = { name: featuresName, shape: inputShape, isChannelsLast: inputShape.length === 3 };
  const value = writeLayers(stepLayerWriter(writer), layers, parameters, features);
  const output = channelsFirst(writer, value);
  return { steps: writer.steps, weights: writer.weights, output };
}

/** Layers of heads as steps: each tensor operation that layers are made of. */
function stepLayerWriter(writer: StepWriter): LayerWriter<HeadValue> {
  const { add, store } = writer;
  const input = (value: HeadValue): string => channelsFirst(writer, value);
  /** A result in memory as heads see it. */
  const plain = (name: string, shape: RowShape): HeadValue => ({ name, shape, isChannelsLast: false });
  const reshaped = (name: string, shape: RowShape): HeadValue =>
    plain(add({ operator: 'reshape', input: name, shape: [{ perRow: 1 }, ...shape] }), shape);
  return {
    previousLogits: (_reader, classes) => plain(previousLogitsName, [classes]),
    relu: (value) => ({ ...value, name: add({ operator: 'function', function: 'relu', input: value.name }) }),
    gelu: (value) => ({ ...value, name: gelu(writer, value.name) }),
    convolution: (value, { stride, padding, outputShape, ...values }) => ({
      name: add({
        operator: 'conv2d',
        input: channelsLast(writer, value),
        ...storedFilter(writer, values),
        strides: [stride, stride],
        pads: [padding, padding, padding, padding],
        dilations: [1, 1],
        activation: null,
      }),
      shape: outputShape,
      isChannelsLast: true,
    }),
    dense: (value, values) =>
      plain(
        add({ operator: 'dense', input: input(value), ...storedMatrix(writer, values), activation: null }),
        values.bias.shape,
      ),
    layerNorm(value, { weight, bias, epsilon }) {
      const name = input(value);
      const stored = { weight: store(weight.shape, weight.data), bias: store(bias.shape, bias.data) };
      return plain(add({ operator: 'layer-norm', input: name, ...stored, epsilon }), value.shape);
    },
    adaptivePools: (value, outputSize) => adaptivePools(writer, value, outputSize),
    transpose(value, axes) {
      const permutation = [0, ...axes.map((axis) => axis + 1)];
      const output = add({ operator: 'transpose', input: input(value), permutation });
      return plain(
        output,
        axes.map((axis) => value.shape[axis] ?? 0),
      );
    },
    reshape: (value, shape) => reshaped(input(value), shape),
    take: (value, index) =>
      reshaped(
        add({ operator: 'slice', input: input(value), axis: 1, start: index, length: 1, stride: 1 }),
        value.shape.slice(1),
      ),
    mean: (value) =>
      plain(
        add({ operator: 'reduce', function: 'mean', input: input(value), axes: [1], keepAxes: false }),
        value.shape.slice(1),
      ),
    concat(first, second) {
      const [length = 0, ...rest] = first.shape;
      return plain(add({ operator: 'concat', inputs: [input(first), input(second)], axis: 1 }), [
        length + (second.shape[0] ?? 0),
        ...rest,
      ]);
    },
    multiply(value, { shape, data }) {
      // One value is the same for all, in whatever order they lie.
      const operand = data.length === 1 ? value : plain(input(value), value.shape);
      return { ...operand, name: binary(writer, 'multiply', operand.name, store(shape, data)) };
    },
    add: (left, right) =>
      left.isChannelsLast === right.isChannelsLast
        ? { ...left, name: binary(writer, 'add', left.name, right.name) }
        : plain(binary(writer, 'add', input(left), input(right)), left.shape),
  };
}

function gelu(writer: StepWriter, input: string): string {
  const erf = writer.add({ operator: 'function', function: 'erf', input: scaled(writer, input, Math.SQRT1_2) });
  const gate = binary(writer, 'add', erf, constant(writer, 1));
  return binary(writer, 'multiply', scaled(writer, input, 0.5), gate);
}

/** `[out, in, kernel, kernel]` -> `[kernel, kernel, in, out]` */
function storedFilter({ store }: StepWriter, { weight, bias }: WeightAndBias): { filter: string; bias: string } {
  const [outChannels = 0, inChannels = 0, height = 0, width = 0] = weight.shape;
  const filter = new Float32Array(weight.data.length);
  const positions = height * width;
  weight.data.forEach((value, index) => {
    const position = index % positions;
    const channel = Math.floor(index / positions) % inChannels;
    const out = Math.floor(index / (positions * inChannels));
    filter[(position * inChannels + channel) * outChannels + out] = value;
  });
  return { filter: store([height, width, inChannels, outChannels], filter), bias: store(bias.shape, bias.data) };
}

/** `[out, in]` -> `[in, out]` */
function storedMatrix({ store }: StepWriter, { weight, bias }: WeightAndBias): { weight: string; bias: string } {
  const [outFeatures = 0, inFeatures = 0] = weight.shape;
  const transposed = weight.data.map(
    (_value, index) => weight.data[(index % outFeatures) * inFeatures + Math.floor(index / outFeatures)] as number,
  );
  return { weight: store([inFeatures, outFeatures], transposed), bias: store(bias.shape, bias.data) };
}

// A head's layers as a program.

import {
  type Conv2dLayer,
  type DenseLayer,
  type HeadLayer,
  type HeadParameters,
  InvalidModelError,
  type RowShape,
  rowSize,
} from '@ztw/core';
import { layerOutputShape } from '@ztw/heads';
import {
  closeProgram,
  createProgramWriter,
  fixedSizes,
  type NewStep,
  naturalOrder,
  type ProgramBinaryFunction,
  type ProgramWriter,
  permuteAxes,
  type Size,
  type TensorValue,
  type WrittenProgram,
} from '@ztw/program';
import { adaptivePools, mapOrder, type PooledValues } from './pool-steps.ts';
import { channelsLastShape } from './row-layout.ts';

const featuresName = 'features';
const previousLogitsName = 'previous_logits';

interface HeadWriter {
  readonly writer: ProgramWriter;
  readonly parameters: HeadParameters;
}

/**
 * The program's result lies in memory as heads see it. At least one layer.
 * @param inputShape Row shape of the features as heads see them; in memory, maps have their channels last.
 * @throws InvalidModelError where layers, shapes and parameters do not fit together.
 */
export function headProgram(
  layers: readonly HeadLayer[],
  parameters: HeadParameters,
  inputShape: RowShape,
): WrittenProgram {
  const writer = createProgramWriter();
  const shape = withRows(inputShape);
  const order = inputShape.length === 3 ? mapOrder : naturalOrder(shape.length);
  let value: TensorValue = { kind: 'tensor', name: writer.claim(featuresName), shape, order, columns: null };
  writer.claim(previousLogitsName);
  for (const layer of layers) value = writeLayer({ writer, parameters }, layer, value);
  const logits = writer.natural(value).name;
  return closeProgram(writer.body([logits]), {
    inputs: [{ name: featuresName, rowShape: channelsLastShape(inputShape) }],
    previousLogits: layers.some(({ kind }) => kind === 'cascade') ? previousLogitsName : null,
    outputs: [],
    logits,
  });
}

function withRows(shape: RowShape): readonly Size[] {
  return [{ fixed: 0, perRow: 1 }, ...fixedSizes(shape)];
}

function rowShapeOf({ shape }: TensorValue): RowShape {
  return shape.slice(1).map(({ fixed }) => fixed);
}

function writeLayer(head: HeadWriter, layer: HeadLayer, value: TensorValue): TensorValue {
  const { writer } = head;
  const rowShape = layerOutputShape(layer, rowShapeOf(value));
  const shape = withRows(rowShape);
  /** A result in memory as heads see it. */
  const plain = (step: NewStep): TensorValue => writer.addValue(step, layer.kind, shape);
  const input = (): string => writer.natural(value).name;
  const slice = (axis: number, start: number): TensorValue => {
    const sizes = value.shape.with(axis, { fixed: 1, perRow: 0 });
    const step = { operator: 'slice', input: input(), axis, start, length: 1, stride: 1 } as const;
    return writer.reshape(writer.addValue(step, `${layer.kind}/part`, sizes), shape, layer.kind);
  };
  switch (layer.kind) {
    case 'relu':
      return applied(writer, { operator: 'function', function: 'relu', input: value.name }, layer.kind, value);
    case 'gelu':
      return gelu(writer, value);
    case 'channels-first':
      return plain({ operator: 'transpose', input: input(), permutation: [0, 3, 1, 2] });
    case 'conv2d':
      return convolution(head, layer, writer.inOrder(value, mapOrder), shape);
    case 'mixed-pool':
      return mix(head, layer.name, adaptivePools(writer, value, layer.outputSize));
    case 'adaptive-pools': {
      const { maximum, average } = adaptivePools(writer, value, layer.outputSize);
      const inputs = [maximum, average].map((pooled) => writer.natural(pooled).name);
      const [, channels = 0, ...size] = rowShape;
      const joined = withRows([2 * channels, ...size]);
      const both = writer.addValue({ operator: 'concat', inputs, axis: 1 }, `${layer.kind}/both`, joined);
      return writer.reshape(both, shape, layer.kind);
    }
    case 'pool-mix':
      return mix(head, layer.name, { maximum: slice(1, 0), average: slice(1, 1) });
    case 'flatten':
      return writer.reshape(value, withRows([rowSize(rowShape)]), layer.kind);
    case 'take-token':
      return slice(1, layer.index);
    case 'mean-tokens':
      return plain({ operator: 'reduce', function: 'mean', input: input(), axes: [1], keepAxes: false });
    case 'layer-norm':
      return plain(normalisation(head, layer.name, input(), layer.size, layer.epsilon));
    case 'cascade': {
      const logits = layer.layerNorm
        ? writer.add(
            normalisation(head, layer.name, previousLogitsName, layer.classes, layer.epsilon),
            `${layer.kind}/norm`,
          )
        : previousLogitsName;
      return plain({ operator: 'concat', inputs: [input(), logits], axis: 1 });
    }
    case 'dense':
      return plain(dense(head, layer, input()));
  }
}

/** A step whose result has the shape and the layout of a value. */
function applied(writer: ProgramWriter, step: NewStep, hint: string, { shape, order }: TensorValue): TensorValue {
  return writer.addValue(step, hint, shape, order);
}

function combined(
  writer: ProgramWriter,
  name: ProgramBinaryFunction,
  left: TensorValue,
  right: TensorValue | number,
  hint: string,
): TensorValue {
  const other =
    typeof right === 'number'
      ? writer.store(`${hint}/constant`, { shape: [1], data: Float32Array.of(right) })
      : right.name;
  return applied(writer, { operator: 'binary', function: name, left: left.name, right: other }, hint, left);
}

function gelu(writer: ProgramWriter, value: TensorValue): TensorValue {
  const inner = combined(writer, 'multiply', value, Math.SQRT1_2, 'gelu/inner');
  const erf = applied(writer, { operator: 'function', function: 'erf', input: inner.name }, 'gelu/erf', value);
  const gate = combined(writer, 'add', erf, 1, 'gelu/gate');
  return combined(writer, 'multiply', combined(writer, 'multiply', value, 0.5, 'gelu/half'), gate, 'gelu');
}

function convolution(
  head: HeadWriter,
  { name, inChannels, outChannels, kernelSize, stride, padding }: Conv2dLayer,
  input: TensorValue,
  shape: readonly Size[],
): TensorValue {
  const { writer } = head;
  const filter = permuteAxes(
    parameterOf(head, `${name}.weight`, [outChannels, inChannels, kernelSize, kernelSize]),
    [2, 3, 1, 0],
  );
  const step: NewStep = {
    operator: 'conv2d',
    input: input.name,
    filter: writer.store(`${name}.weight`, filter),
    bias: storeParameter(head, `${name}.bias`, outChannels),
    strides: [stride, stride],
    pads: [padding, padding, padding, padding],
    dilations: [1, 1],
    activation: null,
  };
  return writer.addValue(step, 'conv2d', shape, mapOrder);
}

function dense(head: HeadWriter, { name, inFeatures, outFeatures }: DenseLayer, input: string): NewStep {
  const weight = permuteAxes(parameterOf(head, `${name}.weight`, [outFeatures, inFeatures]), [1, 0]);
  return {
    operator: 'dense',
    input,
    weight: head.writer.store(`${name}.weight`, weight),
    bias: storeParameter(head, `${name}.bias`, outFeatures),
    activation: null,
  };
}

function mix(head: HeadWriter, name: string, { maximum, average }: PooledValues): TensorValue {
  const { writer } = head;
  const [alpha = 0] = parameterOf(head, `${name}.alpha`, [1]).data;
  if (maximum.name === average.name) return maximum;
  const [first, second] = [
    combined(writer, 'multiply', maximum, alpha, 'mix/maximum'),
    combined(writer, 'multiply', average, 1 - alpha, 'mix/average'),
  ];
  return combined(writer, 'add', first, second, 'mix');
}

function normalisation(head: HeadWriter, name: string, input: string, size: number, epsilon: number): NewStep {
  const weight = storeParameter(head, `${name}.weight`, size);
  const bias = storeParameter(head, `${name}.bias`, size);
  return { operator: 'layer-norm', input, weight, bias, epsilon };
}

function storeParameter(head: HeadWriter, name: string, length: number): string {
  return head.writer.store(name, parameterOf(head, name, [length]));
}

/** @throws InvalidModelError where there are not as many values as the shape holds. */
function parameterOf(
  { parameters }: HeadWriter,
  name: string,
  shape: readonly number[],
): { readonly shape: readonly number[]; readonly data: Float32Array } {
  const data = parameters[name]?.data;
  const length = rowSize(shape);
  if (data?.length !== length) {
    throw new InvalidModelError(
      `The head's parameter "${name}" should have ${length} values, but has ${data?.length ?? 'none'}.`,
    );
  }
  return { shape, data };
}

// Writes the layers of a head as a program.

import type { RowShape } from '@ztw/core';
import { type Parameter, rowSize } from '@ztw/core/runtime';
import {
  type HeadLayer,
  type HeadParameters,
  type LayerWriter,
  previousClasses,
  type WeightAndBias,
  type WrittenValue,
  writeLayers,
} from '@ztw/heads';
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
import { adaptivePools, mapOrder } from './pool-steps.ts';
import { channelsLastShape } from './row-layout.ts';

const featuresName = 'features';
const previousLogitsName = 'previous_logits';

/**
 * Writes a program whose result has its channels first, as heads define it. At least one layer.
 * @param inputShape Row shape of the features, channels first. In memory, maps have their channels last.
 * @throws InvalidModelError where layers, shapes and parameters do not fit together.
 */
export function headProgram(
  layers: readonly HeadLayer[],
  parameters: HeadParameters,
  inputShape: RowShape,
): WrittenProgram {
  const writer = createProgramWriter();
  const order = inputShape.length === 3 ? mapOrder : naturalOrder(inputShape.length + 1);
  const features = inputValue(writer.claim(featuresName), inputShape, order);
  writer.claim(previousLogitsName);
  const result = writeLayers(stepLayerWriter(writer), layers, parameters, features);
  const logits = writer.natural(result.tensor).name;
  return closeProgram(writer.body([logits]), {
    inputs: [{ name: featuresName, rowShape: channelsLastShape(inputShape) }],
    previousLogits: previousClasses({ layers }) === null ? null : previousLogitsName,
    outputs: [],
    logits,
  });
}

/** A tensor between two layers of a head. */
interface HeadValue extends WrittenValue {
  readonly tensor: TensorValue;
}

function headValue(tensor: TensorValue): HeadValue {
  return { shape: tensor.shape.slice(1).map(({ fixed }) => fixed), tensor };
}

function withRows(shape: RowShape): readonly Size[] {
  return [{ fixed: 0, perRow: 1 }, ...fixedSizes(shape)];
}

function inputValue(name: string, rowShape: RowShape, order: readonly number[]): HeadValue {
  return headValue({ kind: 'tensor', name, shape: withRows(rowShape), order, columns: null });
}

/** Writes each tensor operation of head layers as steps. */
function stepLayerWriter(writer: ProgramWriter): LayerWriter<HeadValue> {
  const input = ({ tensor }: HeadValue): string => writer.natural(tensor).name;
  /** A result with its axes in the order of the head. */
  const plain = (step: NewStep, rowShape: RowShape): HeadValue =>
    headValue(writer.addValue(step, step.operator, withRows(rowShape)));
  const reshaped = (tensor: TensorValue, rowShape: RowShape): HeadValue =>
    headValue(writer.reshape(tensor, withRows(rowShape), 'reshape'));
  const applied = (step: NewStep, hint: string, { shape, order }: TensorValue): TensorValue =>
    writer.addValue(step, hint, shape, order);
  const binary = (name: ProgramBinaryFunction, left: TensorValue, right: string, hint: string = name): TensorValue =>
    applied({ operator: 'binary', function: name, left: left.name, right }, hint, left);
  const constant = (value: number, hint: string): string =>
    writer.store(hint, { shape: [1], data: Float32Array.of(value) });
  const stored = ({ weight, bias }: WeightAndBias, permuted: Parameter): { weight: string; bias: string } => ({
    weight: writer.store(weight.name, permuted),
    bias: writer.store(bias.name, bias),
  });
  return {
    previousLogits: (_reader, classes) => inputValue(previousLogitsName, [classes], naturalOrder(2)),
    relu: ({ tensor }) =>
      headValue(applied({ operator: 'function', function: 'relu', input: tensor.name }, 'relu', tensor)),
    gelu({ tensor }) {
      const inner = binary('multiply', tensor, constant(Math.SQRT1_2, 'gelu/sqrt_half'), 'gelu/inner');
      const erf = applied({ operator: 'function', function: 'erf', input: inner.name }, 'gelu/erf', tensor);
      const gate = binary('add', erf, constant(1, 'gelu/one'), 'gelu/gate');
      const half = binary('multiply', tensor, constant(0.5, 'gelu/half'), 'gelu/halved');
      return headValue(binary('multiply', half, gate.name, 'gelu'));
    },
    convolution({ tensor }, { stride, padding, outputShape, ...values }) {
      const { weight: filter, bias } = stored(values, permuteAxes(values.weight, [2, 3, 1, 0]));
      const step: NewStep = {
        operator: 'conv2d',
        input: writer.inOrder(tensor, mapOrder).name,
        filter,
        bias,
        strides: [stride, stride],
        pads: [padding, padding, padding, padding],
        dilations: [1, 1],
        activation: null,
      };
      return headValue(writer.addValue(step, 'conv2d', withRows(outputShape), mapOrder));
    },
    dense(value, values) {
      const step = { ...stored(values, permuteAxes(values.weight, [1, 0])), input: input(value), activation: null };
      return plain({ operator: 'dense', ...step }, values.bias.shape);
    },
    layerNorm: (value, { epsilon, ...values }) =>
      plain({ operator: 'layer-norm', input: input(value), ...stored(values, values.weight), epsilon }, value.shape),
    adaptivePools(value, outputSize) {
      const { maximum, average } = adaptivePools(writer, value.tensor, outputSize);
      // For windows of one value the result is the input itself. Its reader compares the two.
      const pooled = (tensor: TensorValue): HeadValue => (tensor === value.tensor ? value : headValue(tensor));
      return { maximum: pooled(maximum), average: pooled(average) };
    },
    transpose(value, axes) {
      const permutation = [0, ...axes.map((axis) => axis + 1)];
      const shape = axes.map((axis) => value.shape[axis] ?? 0);
      return plain({ operator: 'transpose', input: input(value), permutation }, shape);
    },
    reshape: ({ tensor }, shape) => reshaped(tensor, shape),
    take(value, index) {
      const step = { operator: 'slice', input: input(value), axis: 1, start: index, length: 1, stride: 1 } as const;
      return reshaped(plain(step, value.shape.with(0, 1)).tensor, value.shape.slice(1));
    },
    mean: (value) =>
      plain(
        { operator: 'reduce', function: 'mean', input: input(value), axes: [1], keepAxes: false },
        value.shape.slice(1),
      ),
    concat(first, second) {
      const [length = 0, ...rest] = first.shape;
      const inputs = [input(first), input(second)];
      return plain({ operator: 'concat', inputs, axis: 1 }, [length + (second.shape[0] ?? 0), ...rest]);
    },
    multiply({ tensor }, factor) {
      // A single factor needs no particular order of the axes.
      const operand = rowSize(factor.shape) === 1 ? tensor : writer.natural(tensor);
      return headValue(binary('multiply', operand, writer.store(factor.name, factor)));
    },
    add: (left, right) => headValue(binary('add', left.tensor, writer.inOrder(right.tensor, left.tensor.order).name)),
  };
}

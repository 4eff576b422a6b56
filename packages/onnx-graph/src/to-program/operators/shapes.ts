// Operators that change only shape, order of axes or type.

import {
  channelsLastOrder,
  fixedSize,
  fixedValue,
  fixedValues,
  naturalOrder,
  product,
  programShape,
  quotient,
  type Size,
  sameOrder,
  sameSize,
  type TensorValue,
} from '@ztw/program';
import { intAttributeOf, intsAttributeOf } from '../../model/attributes.ts';
import { elementsOf, floats, transposeFloats } from '../float-array.ts';
import type { GraphValue } from '../graph-value.ts';
import { asFloats, type NodeReader, type OperatorTable, type OperatorTranslation } from '../node-reader.ts';
import { axesOf, axisOf } from './axes.ts';

const translateIdentity: OperatorTranslation = (node) => node.input(0);

const translateReshape: OperatorTranslation = (node) => {
  const input = node.input(0);
  const target = node.input(1);
  if (target.kind !== 'integers') return node.refuse('its target shape must be known');
  const zeroCopies = intAttributeOf(node.proto, 'allowzero', 0) === 0;
  return reshapeTo(node, input, resolveShape(node, shapeOf(input), target.values, zeroCopies));
};

/** Replaces 0 by the input's length and -1 by the remaining length. */
function resolveShape(
  node: NodeReader,
  from: readonly Size[],
  target: readonly Size[],
  zeroCopies: boolean,
): readonly Size[] {
  const isOpen = (size: Size): boolean => fixedValue(size) === -1;
  const sizes = target.map((size, axis) => (zeroCopies && fixedValue(size) === 0 ? (from[axis] ?? size) : size));
  const open = sizes.findIndex(isOpen);
  if (open < 0) return sizes;
  const rest = quotient(
    from,
    sizes.filter((size) => !isOpen(size)),
  );
  return sizes.map((size, axis) => (axis === open ? (rest ?? node.refuse('its target shape does not fit')) : size));
}

const translateFlatten: OperatorTranslation = (node) => {
  const input = node.input(0);
  const from = shapeOf(input);
  const axis = intAttributeOf(node.proto, 'axis', 1);
  const split = axis < 0 ? axis + from.length : axis;
  const joined = (sizes: readonly Size[]): Size =>
    quotient(sizes, []) ?? node.refuse('its input has no shape that can be flattened');
  return reshapeTo(node, input, [joined(from.slice(0, split)), joined(from.slice(split))]);
};

const translateSqueeze: OperatorTranslation = (node) => {
  const input = node.input(0);
  const from = shapeOf(input);
  const axes = axesOf(node, 1, from.length);
  const shape = from.filter((size, axis) => (axes === null ? fixedValue(size) !== 1 : !axes.includes(axis)));
  return reshapeTo(node, input, shape);
};

const translateUnsqueeze: OperatorTranslation = (node) => {
  const input = node.input(0);
  const from = shapeOf(input);
  const given = intsAttributeOf(node.proto, 'axes') ?? node.integers(1) ?? node.refuse('it names no axes');
  const rank = from.length + given.length;
  const shape = [...from];
  for (const axis of given.map((each) => axisOf(node, each, rank)).sort((left, right) => left - right)) {
    shape.splice(axis, 0, fixedSize(1));
  }
  return reshapeTo(node, input, shape);
};

function reshapeTo(node: NodeReader, input: GraphValue, shape: readonly Size[]): GraphValue {
  const { writer, hint } = node;
  if (input.kind === 'tensor') {
    checkElements(node, input.shape, shape);
    return (
      withColumns(node, input, shape) ?? withChannelsLast(node, input, shape) ?? writer.reshape(input, shape, hint)
    );
  }
  const fixed =
    fixedValues(shape) ?? node.refuse('it reshapes a constant to a shape that depends on the number of rows');
  const length = input.kind === 'floats' ? input.data.length : input.values.length;
  if (elementsOf(fixed) !== length) node.refuse('its target shape does not fit');
  return { ...input, shape: fixed };
}

function checkElements(node: NodeReader, from: readonly Size[], to: readonly Size[]): void {
  const [before, after] = [product(from), product(to)];
  if (before === null || after === null || before.factor !== after.factor || before.power !== after.power) {
    node.refuse('its target shape does not fit');
  }
}

/** Flattens an image in its memory order. The value records the order of the columns for its readers. */
function withColumns({ writer, hint }: NodeReader, input: TensorValue, shape: readonly Size[]): TensorValue | null {
  const { order } = input;
  const [rows, features] = shape;
  const isFlatten =
    shape.length === 2 && input.shape.length > 2 && rows !== undefined && sameSize(rows, input.shape[0] as Size);
  const row = fixedValues(input.shape.slice(1));
  if (!isFlatten || features === undefined || order[0] !== 0 || row === null) return null;
  const columns = transposeFloats(
    floats(
      row,
      Float32Array.from({ length: elementsOf(row) }, (_unused, index) => index),
    ),
    order.slice(1).map((axis) => axis - 1),
  ).data;
  const flat = writer.addValue(
    { operator: 'reshape', input: input.name, shape: programShape(shape, hint) },
    hint,
    shape,
  );
  const moved = columns.some((column, index) => column !== index);
  return { ...flat, columns: moved ? Array.from(columns) : null };
}

/** Joins the positions of a channels-last image without a transpose, as tokens for the transpose that follows. */
function withChannelsLast(
  { writer, hint }: NodeReader,
  input: TensorValue,
  shape: readonly Size[],
): TensorValue | null {
  const { order } = input;
  const [rows, channels, ...positions] = shape;
  const keeps =
    rows !== undefined &&
    channels !== undefined &&
    positions.length > 0 &&
    input.shape.length > 2 &&
    sameSize(rows, input.shape[0] as Size) &&
    sameSize(channels, input.shape[1] as Size);
  if (!keeps || !sameOrder(order, channelsLastOrder(order.length))) return null;
  const stored = programShape([rows, ...positions, channels], hint);
  return writer.addValue(
    { operator: 'reshape', input: input.name, shape: stored },
    hint,
    shape,
    channelsLastOrder(shape.length),
  );
}

/** Changes only the recorded order of axes. Memory is reordered where an operator needs it. */
const translateTranspose: OperatorTranslation = (node) => {
  const input = node.input(0);
  const rank = input.shape.length;
  const permutation = intsAttributeOf(node.proto, 'perm') ?? naturalOrder(rank).toReversed();
  if (input.kind === 'floats') return transposeFloats(input, permutation);
  if (input.kind === 'integers') return rank < 2 ? input : node.refuse('a transpose of integers is not supported');
  const plain = input.columns === null ? input : node.writer.natural(input);
  return {
    ...plain,
    shape: permutation.map((axis) => plain.shape[axis] as Size),
    order: plain.order.map((axis) => permutation.indexOf(axis)),
  };
};

const floatType = 1;
const integerTypes: ReadonlySet<number> = new Set([6, 7]);

const translateCast: OperatorTranslation = (node) => {
  const input = node.input(0);
  const to = intAttributeOf(node.proto, 'to', floatType);
  if (input.kind === 'tensor') return to === floatType ? input : node.refuse('data can only be float32');
  if (to === floatType) return asFloats(input) ?? input;
  if (!integerTypes.has(to)) return node.refuse(`constants of type ${to} are not supported`);
  if (input.kind === 'integers') return input;
  return {
    kind: 'integers',
    shape: input.shape,
    values: Array.from(input.data, (value) => fixedSize(Math.trunc(value))),
  };
};

const translateShape: OperatorTranslation = (node) => {
  const shape = shapeOf(node.input(0));
  const values = shape.slice(intAttributeOf(node.proto, 'start', 0), intAttributeOf(node.proto, 'end', shape.length));
  return { kind: 'integers', shape: [values.length], values };
};

export function shapeOf(value: GraphValue): readonly Size[] {
  return value.kind === 'tensor' ? value.shape : value.shape.map(fixedSize);
}

export const shapeOperators: OperatorTable = {
  Reshape: translateReshape,
  Flatten: translateFlatten,
  Squeeze: translateSqueeze,
  Unsqueeze: translateUnsqueeze,
  Transpose: translateTranspose,
  Shape: translateShape,
  Cast: translateCast,
  Identity: translateIdentity,
  Dropout: translateIdentity,
};

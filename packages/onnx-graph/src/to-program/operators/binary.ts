// Operators on two values: computed during translation where both are constant, else a step.

import {
  fixedSize,
  fixedValue,
  naturalOrder,
  type ProgramBinaryFunction,
  type Size,
  sameOrder,
  type TensorValue,
} from '@ztw/program';
import { combineFloats, floats, padShape, transposeFloats } from '../float-array.ts';
import type { FloatsValue, GraphValue, IntegersValue } from '../graph-value.ts';
import { asFloats, type NodeReader, type OperatorTable, type OperatorTranslation } from '../node-reader.ts';
import { broadcastSizes, padSizes } from './broadcast.ts';

const combine: Readonly<Record<ProgramBinaryFunction, (left: number, right: number) => number>> = {
  add: (left, right) => left + right,
  subtract: (left, right) => left - right,
  multiply: (left, right) => left * right,
  divide: (left, right) => left / right,
  power: (left, right) => left ** right,
  minimum: Math.min,
  maximum: Math.max,
};

function translateBinary(name: ProgramBinaryFunction): OperatorTranslation {
  return (node) => {
    const [left, right] = [node.input(0), node.input(1)];
    if (name === 'power' && left.kind === 'tensor') return translatePower(node, left, right);
    return binary(node, name, left, right, node.hint);
  };
}

/** Any number of inputs, two at a time. */
function translateVariadic(name: ProgramBinaryFunction): OperatorTranslation {
  return (node) => {
    let result = node.input(0);
    for (let position = 1; position < node.proto.input.length; position++) {
      result = binary(node, name, result, node.input(position), node.hint);
    }
    return result;
  };
}

/** Squares and square roots are cheaper and exact as other operations. */
function translatePower(node: NodeReader, base: TensorValue, exponent: GraphValue): GraphValue {
  const known = exponent.kind === 'tensor' ? null : asFloats(exponent);
  if (known?.data.length === 1 && known.data[0] === 2) return binary(node, 'multiply', base, base, node.hint);
  if (known?.data.length === 1 && known.data[0] === 0.5) {
    const step = { operator: 'function' as const, function: 'sqrt' as const, input: base.name };
    return { ...node.writer.addValue(step, node.hint, base.shape, base.order), columns: base.columns };
  }
  return binary(node, 'power', base, exponent, node.hint);
}

/** @returns a constant where both values are constant, else a tensor. */
export function binary(
  node: NodeReader,
  name: ProgramBinaryFunction,
  left: GraphValue,
  right: GraphValue,
  hint: string,
): GraphValue {
  if (left.kind === 'tensor') {
    return right.kind === 'tensor'
      ? tensors(node, name, left, right, hint)
      : withKnown(node, name, left, right, hint, false);
  }
  if (right.kind === 'tensor') return withKnown(node, name, right, left, hint, true);
  if (left.kind === 'integers' && right.kind === 'integers') {
    const result = combineIntegers(name, left, right);
    if (result !== null) return result;
  }
  const [first, second] = [asFloats(left), asFloats(right)];
  const result = first && second && combineFloats(first, second, combine[name]);
  return result ?? node.refuse('it computes with the number of rows in a way that is not supported');
}

function tensors(
  node: NodeReader,
  name: ProgramBinaryFunction,
  left: TensorValue,
  right: TensorValue,
  hint: string,
): TensorValue {
  const { writer } = node;
  const shape = broadcastSizes(left.shape, right.shape) ?? node.refuse('the shapes of its inputs do not fit');
  const [first, second] = [withRank(node, left, shape.length), withRank(node, right, shape.length)];
  // The larger operand keeps its axis order.
  const order = weight(second) > weight(first) ? second.order : first.order;
  const step = {
    operator: 'binary' as const,
    function: name,
    left: writer.inOrder(first, order).name,
    right: writer.inOrder(second, order).name,
  };
  return writer.addValue(step, hint, shape, order);
}

function weight({ shape }: TensorValue): number {
  return shape.reduce((total, { fixed, perRow }) => total * Math.max(fixed, 1024 * perRow), 1);
}

function withRank({ writer, hint }: NodeReader, value: TensorValue, rank: number): TensorValue {
  if (value.shape.length === rank) return value;
  return writer.reshape(value, padSizes(value.shape, rank), `${hint}/padded`);
}

/** @param swapped Whether the constant is the left operand. */
function withKnown(
  node: NodeReader,
  name: ProgramBinaryFunction,
  tensor: TensorValue,
  known: FloatsValue | IntegersValue,
  hint: string,
  swapped: boolean,
): TensorValue {
  const { writer, store } = node;
  const values = asFloats(known) ?? node.refuse('it computes with the number of rows');
  const sizes = values.shape.map(fixedSize);
  const shape = broadcastSizes(tensor.shape, sizes) ?? node.refuse('the shapes of its inputs do not fit');
  const isScalar = values.data.length === 1 && shape.length === tensor.shape.length;
  const operand = isScalar ? tensor : keepColumns(node, withRank(node, tensor, shape.length));
  const constant = store(`${hint}/constant`, isScalar ? floats([], values.data) : inOrder(values, operand.order));
  const [left, right] = swapped ? [constant, operand.name] : [operand.name, constant];
  const result = writer.addValue({ operator: 'binary', function: name, left, right }, hint, shape, operand.order);
  return { ...result, columns: operand.columns };
}

function keepColumns({ writer }: NodeReader, value: TensorValue): TensorValue {
  return value.columns === null ? value : writer.natural(value);
}

/** A constant in the layout of the other operand, without leading axes of length 1. */
function inOrder(values: FloatsValue, order: readonly number[]): FloatsValue {
  const padded = floats(padShape(values.shape, order.length), values.data);
  const { shape, data } = sameOrder(order, naturalOrder(order.length)) ? padded : transposeFloats(padded, order);
  const first = shape.findIndex((size) => size !== 1);
  return floats(first < 0 ? [] : shape.slice(first), data);
}

function combineIntegers(name: ProgramBinaryFunction, left: IntegersValue, right: IntegersValue): IntegersValue | null {
  const length = Math.max(left.values.length, right.values.length);
  const values: Size[] = [];
  for (let index = 0; index < length; index++) {
    const first = left.values[left.values.length === 1 ? 0 : index];
    const second = right.values[right.values.length === 1 ? 0 : index];
    const value = first && second && combineSizes(name, first, second);
    if (!value) return null;
    values.push(value);
  }
  return { kind: 'integers', shape: left.values.length >= right.values.length ? left.shape : right.shape, values };
}

function combineSizes(name: ProgramBinaryFunction, left: Size, right: Size): Size | null {
  const [first, second] = [fixedValue(left), fixedValue(right)];
  if (first !== null && second !== null) return fixedSize(Math.trunc(combine[name](first, second)));
  if (name === 'add') return { fixed: left.fixed + right.fixed, perRow: left.perRow + right.perRow };
  if (name === 'subtract') return { fixed: left.fixed - right.fixed, perRow: left.perRow - right.perRow };
  if (name === 'multiply' && second !== null) return { fixed: left.fixed * second, perRow: left.perRow * second };
  if (name === 'multiply' && first !== null) return { fixed: right.fixed * first, perRow: right.perRow * first };
  if (name === 'divide' && second !== null && left.fixed % second === 0 && left.perRow % second === 0) {
    return { fixed: left.fixed / second, perRow: left.perRow / second };
  }
  return null;
}

export const binaryOperators: OperatorTable = {
  Add: translateBinary('add'),
  Sub: translateBinary('subtract'),
  Mul: translateBinary('multiply'),
  Div: translateBinary('divide'),
  Pow: translateBinary('power'),
  Min: translateVariadic('minimum'),
  Max: translateVariadic('maximum'),
  Sum: translateVariadic('add'),
};

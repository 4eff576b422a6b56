// Operators that select parts of tensors: split, slice, gather.

import {
  fixedSize,
  fixedValue,
  fixedValues,
  naturalOrder,
  programShape,
  type Size,
  storedAxis,
  storedShape,
  type TensorValue,
} from '@ztw/program';
import { intsAttributeOf } from '../../model/attributes.ts';
import { sliceFloats } from '../float-array.ts';
import type { GraphValue } from '../graph-value.ts';
import type { NodeReader, OperatorTable, OperatorTranslation } from '../node-reader.ts';
import { axisAttribute, axisOf } from './axes.ts';
import { shapeOf } from './shapes.ts';

interface Range {
  readonly start: number;
  readonly length: number;
  readonly stride: number;
}

/** A range along one axis of a tensor or constant. */
function takeRange(node: NodeReader, input: GraphValue, axis: number, range: Range, hint: string): GraphValue {
  const { writer } = node;
  if (input.kind === 'floats') return sliceFloats(input, axis, range);
  if (input.kind === 'integers') {
    const values = Array.from(
      { length: range.length },
      (_unused, index) => input.values[range.start + index * range.stride] as Size,
    );
    return { kind: 'integers', shape: [values.length], values };
  }
  const plain = input.columns === null ? input : writer.natural(input);
  const shape = plain.shape.map((size, other) => (other === axis ? fixedSize(range.length) : size));
  const step = { operator: 'slice' as const, input: plain.name, axis: storedAxis(plain, axis), ...range };
  return writer.addValue(step, hint, shape, plain.order);
}

const translateSplit: OperatorTranslation = (node) => {
  const { proto, hint } = node;
  const input = node.input(0);
  const rank = input.shape.length;
  const axis = axisAttribute(node, 0, rank);
  const whole = fixedValue(shapeOf(input)[axis] ?? fixedSize(0)) ?? node.refuse('it splits the axis of the rows');
  const count = proto.output.length;
  const even = Math.ceil(whole / count);
  const lengths =
    intsAttributeOf(proto, 'split') ??
    node.integers(1) ??
    Array.from({ length: count }, (_unused, index) => Math.min(even, whole - index * even));
  let start = 0;
  return lengths.map((length, index) => {
    const part = takeRange(node, input, axis, { start, length, stride: 1 }, proto.output[index] || hint);
    start += length;
    return part;
  });
};

const translateSlice: OperatorTranslation = (node) => {
  const { proto } = node;
  let result = node.input(0);
  const sizes = shapeOf(result);
  const list = (name: string, position: number): readonly number[] | null =>
    intsAttributeOf(proto, name) ?? node.integers(position);
  const starts = list('starts', 1) ?? node.refuse('it has no starts');
  const ends = list('ends', 2) ?? node.refuse('it has no ends');
  const axes = list('axes', 3) ?? naturalOrder(starts.length);
  const steps = node.integers(4) ?? [];
  for (const [index, given] of axes.entries()) {
    const axis = axisOf(node, given, sizes.length);
    const stride = steps[index] ?? 1;
    const [start, end] = [starts[index] as number, ends[index] as number];
    const length = fixedValue(sizes[axis] as Size);
    // Exporters write very large ends for "to the end of the axis".
    if (start === 0 && stride === 1 && (end >= 2 ** 31 - 1 || (length !== null && end >= length))) continue;
    if (length === null) return node.refuse('it slices the axis of the rows');
    if (stride < 1) return node.refuse('negative steps are not supported');
    const from = Math.min(Math.max(start < 0 ? start + length : start, 0), length);
    const to = Math.min(Math.max(end < 0 ? end + length : end, 0), length);
    const taken = Math.max(0, Math.ceil((to - from) / stride));
    if (taken === 0) return node.refuse('it selects nothing');
    result = takeRange(node, result, axis, { start: from, length: taken, stride }, node.hint);
  }
  return result;
};

const translateGather: OperatorTranslation = (node) => {
  const { hint } = node;
  const input = node.input(0);
  const indices = node.input(1);
  if (indices.kind !== 'integers') return node.refuse('its indices must be known');
  const sizes = shapeOf(input);
  const axis = axisAttribute(node, 0, sizes.length);
  const length = fixedValue(sizes[axis] as Size) ?? node.refuse('it gathers along the axis of the rows');
  const fixed = fixedValues(indices.values) ?? node.refuse('its indices depend on the number of rows');
  const chosen = fixed.map((index) => (index < 0 ? index + length : index));
  if (chosen.some((index) => index < 0 || index >= length)) node.refuse(`an index is outside of ${length} entries`);
  if (input.kind === 'integers') {
    return { kind: 'integers', shape: indices.shape, values: chosen.map((index) => input.values[index] as Size) };
  }
  if (indices.shape.length > 1) return node.refuse('only a single index or a list of indices is supported');
  const [first = 0] = chosen;
  const isRange = chosen.every((index, position) => index === first + position);
  const selected = isRange
    ? takeRange(node, input, axis, { start: first, length: chosen.length, stride: 1 }, `${hint}/part`)
    : gatherEntries(node, node.stored(0), axis, chosen);
  return indices.shape.length === 1 ? selected : withoutAxis(node, selected, axis);
};

function gatherEntries(
  { writer, hint }: NodeReader,
  value: TensorValue,
  axis: number,
  indices: readonly number[],
): TensorValue {
  const plain = value.columns === null ? value : writer.natural(value);
  const shape = plain.shape.map((size, other) => (other === axis ? fixedSize(indices.length) : size));
  return writer.addValue(
    { operator: 'gather', input: plain.name, axis: storedAxis(plain, axis), indices },
    hint,
    shape,
    plain.order,
  );
}

/** Removes an axis of length 1. */
function withoutAxis({ writer, hint }: NodeReader, value: GraphValue, axis: number): GraphValue {
  if (value.kind !== 'tensor') return { ...value, shape: value.shape.filter((_size, other) => other !== axis) };
  const target: TensorValue = {
    ...value,
    shape: value.shape.filter((_size, other) => other !== axis),
    order: value.order.filter((other) => other !== axis).map((other) => (other > axis ? other - 1 : other)),
  };
  const stored = programShape(storedShape(target), hint);
  return writer.addValue({ operator: 'reshape', input: value.name, shape: stored }, hint, target.shape, target.order);
}

export const selectionOperators: OperatorTable = {
  Split: translateSplit,
  Slice: translateSlice,
  Gather: translateGather,
};

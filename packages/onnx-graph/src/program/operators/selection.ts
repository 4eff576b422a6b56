// Operators that take parts of tensors, put them together, or repeat them.

import { intsAttributeOf, stringAttributeOf } from '../../model/attributes.ts';
import { combineFloats, floats, sliceFloats, transposeFloats } from '../float-array.ts';
import { asFloats, type Lowering, type NodeReader } from '../node-reader.ts';
import { stepShape } from '../program-builder.ts';
import { fixedSize, fixedSizes, fixedValue, fixedValues, type Size } from '../size.ts';
import { naturalOrder, storedAxis, storedShape, type TensorValue, type Value } from '../value.ts';
import { axisAttribute, axisOf } from './axes.ts';
import { broadcastSizes, padSizes } from './broadcast.ts';
import { shapeOf } from './shapes.ts';
import { lengthOf } from './window.ts';

export const lowerConcat: Lowering = (node) => {
  const { builder, hint, proto } = node;
  const inputs = proto.input.map((_name, position) => node.input(position));
  const rank = inputs[0]?.shape.length ?? 0;
  const axis = axisAttribute(node, 1, rank);
  if (inputs.every((input) => input.kind === 'integers')) {
    const values = inputs.flatMap((input) => input.values);
    return { kind: 'integers', shape: [values.length], values };
  }
  const shapes = inputs.map(shapeOf);
  const shape = (shapes[0] ?? []).map((size, position) => (position === axis ? total(node, shapes, axis) : size));
  const columns = rank === 2 && axis === 1 ? joinedColumns(node, inputs) : null;
  const order = inputs.find((input) => input.kind === 'tensor')?.order ?? naturalOrder(rank);
  const names = inputs.map((input, position) => {
    if (input.kind === 'tensor') return columns === null ? builder.inOrder(input, order).name : input.name;
    const values = asFloats(input) ?? node.refuse(`input ${position} depends on the number of rows`);
    return builder.store(`${hint}/constant`, transposeFloats(values, order));
  });
  const joined = builder.add({ operator: 'concat', inputs: names, axis: order.indexOf(axis) }, hint, shape, order);
  return { ...joined, columns };
};

function total(node: NodeReader, shapes: readonly (readonly Size[])[], axis: number): Size {
  const sizes = shapes.map((shape) => shape[axis] ?? node.refuse('the shapes of its inputs do not fit'));
  return {
    fixed: sizes.reduce((sum, { fixed }) => sum + fixed, 0),
    perRow: sizes.reduce((sum, { perRow }) => sum + perRow, 0),
  };
}

/** Columns side by side, each input's where it lies; null where all agree with the graph. */
function joinedColumns(node: NodeReader, inputs: readonly Value[]): readonly number[] | null {
  if (!inputs.some((input) => input.kind === 'tensor' && input.columns !== null)) return null;
  const columns: number[] = [];
  for (const input of inputs) {
    const width = fixedValue(shapeOf(input)[1] ?? fixedSize(0)) ?? node.refuse('its axis must have a fixed length');
    const own = input.kind === 'tensor' && input.columns !== null ? input.columns : naturalOrder(width);
    const offset = columns.length;
    for (const column of own) columns.push(column + offset);
  }
  return columns;
}

interface Range {
  readonly start: number;
  readonly length: number;
  readonly stride: number;
}

/** A part of one axis of a tensor or of known values. */
function takeRange(node: NodeReader, input: Value, axis: number, range: Range, hint: string): Value {
  const { builder } = node;
  if (input.kind === 'floats') return sliceFloats(input, axis, range);
  if (input.kind === 'integers') {
    const values = Array.from(
      { length: range.length },
      (_unused, index) => input.values[range.start + index * range.stride] as Size,
    );
    return { kind: 'integers', shape: [values.length], values };
  }
  const plain = input.columns === null ? input : builder.natural(input);
  const shape = plain.shape.map((size, other) => (other === axis ? fixedSize(range.length) : size));
  const step = { operator: 'slice' as const, input: plain.name, axis: storedAxis(plain, axis), ...range };
  return builder.add(step, hint, shape, plain.order);
}

export const lowerSplit: Lowering = (node) => {
  const { proto, hint } = node;
  const input = node.input(0);
  const rank = input.shape.length;
  const axis = axisAttribute(node, 0, rank);
  const whole = fixedValue(shapeOf(input)[axis] ?? fixedSize(0)) ?? node.refuse('it splits the rows');
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

export const lowerSlice: Lowering = (node) => {
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
    // No end is as far away as the largest integers that exporters write for one.
    if (start === 0 && stride === 1 && (end >= 2 ** 31 - 1 || (length !== null && end >= length))) continue;
    if (length === null) return node.refuse('it takes a part of the rows');
    if (stride < 1) return node.refuse('negative steps are not supported');
    const from = Math.min(Math.max(start < 0 ? start + length : start, 0), length);
    const to = Math.min(Math.max(end < 0 ? end + length : end, 0), length);
    const taken = Math.max(0, Math.ceil((to - from) / stride));
    if (taken === 0) return node.refuse('it takes nothing');
    result = takeRange(node, result, axis, { start: from, length: taken, stride }, node.hint);
  }
  return result;
};

export const lowerGather: Lowering = (node) => {
  const { hint } = node;
  const input = node.input(0);
  const indices = node.input(1);
  if (indices.kind !== 'integers') return node.refuse('its indices must be known');
  const sizes = shapeOf(input);
  const axis = axisAttribute(node, 0, sizes.length);
  const length = fixedValue(sizes[axis] as Size) ?? node.refuse('it selects among the rows');
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
  { builder, hint }: NodeReader,
  value: TensorValue,
  axis: number,
  indices: readonly number[],
): TensorValue {
  const plain = value.columns === null ? value : builder.natural(value);
  const shape = plain.shape.map((size, other) => (other === axis ? fixedSize(indices.length) : size));
  return builder.add(
    { operator: 'gather', input: plain.name, axis: storedAxis(plain, axis), indices },
    hint,
    shape,
    plain.order,
  );
}

/** Takes an axis of length 1 out. */
function withoutAxis({ builder, hint }: NodeReader, value: Value, axis: number): Value {
  if (value.kind !== 'tensor') return { ...value, shape: value.shape.filter((_size, other) => other !== axis) };
  const target: TensorValue = {
    ...value,
    shape: value.shape.filter((_size, other) => other !== axis),
    order: value.order.filter((other) => other !== axis).map((other) => (other > axis ? other - 1 : other)),
  };
  const stored = stepShape(storedShape(target), hint);
  return builder.add({ operator: 'reshape', input: value.name, shape: stored }, hint, target.shape, target.order);
}

export const lowerPad: Lowering = (node) => {
  const { builder, hint, proto } = node;
  const given = node.tensor(0);
  const input = given.columns === null ? given : builder.natural(given);
  if (stringAttributeOf(proto, 'mode', 'constant') !== 'constant') node.refuse('only constant padding is supported');
  const amounts = intsAttributeOf(proto, 'pads') ?? node.integers(1) ?? node.refuse('it names no pads');
  const rank = input.shape.length;
  const axes = node.integers(3)?.map((axis) => axisOf(node, axis, rank)) ?? naturalOrder(rank);
  if (amounts.some((amount) => amount < 0)) node.refuse('negative pads are not supported');
  const padsOf = (axis: number): readonly [number, number] => {
    const position = axes.indexOf(axis);
    return position < 0 ? [0, 0] : [amounts[position] ?? 0, amounts[position + axes.length] ?? 0];
  };
  if (amounts.every((amount) => amount === 0)) return input;
  const shape = input.shape.map((size, axis) => {
    const [before, after] = padsOf(axis);
    return before + after === 0 ? size : fixedSize(lengthOf(node, input, axis) + before + after);
  });
  const value = proto.attribute.find(({ name }) => name === 'value')?.f ?? node.floats(2)?.data[0] ?? 0;
  return builder.add(
    { operator: 'pad', input: input.name, pads: input.order.map(padsOf), value },
    hint,
    shape,
    input.order,
  );
};

export const lowerExpand: Lowering = (node) => {
  const { builder, hint } = node;
  const input = node.input(0);
  const target = node.input(1);
  if (target.kind !== 'integers') return node.refuse('its target shape must be known');
  const shape = broadcastSizes(shapeOf(input), target.values) ?? node.refuse('its target shape does not fit');
  const fixed = fixedValues(shape);
  const known = input.kind === 'tensor' ? null : asFloats(input);
  if (known !== null && fixed !== null) {
    const zeros = floats(fixed, new Float32Array(fixed.reduce((product, size) => product * size, 1)));
    return combineFloats(known, zeros, (value) => value) ?? node.refuse('its target shape does not fit');
  }
  const stored = builder.natural(node.stored(0));
  const padded = padSizes(stored.shape, shape.length);
  const source = padded.length === stored.shape.length ? stored : builder.reshape(stored, padded, `${hint}/padded`);
  const repeats = shape.map((size, axis) => (fixedValue(padded[axis] as Size) === 1 ? size : fixedSize(1)));
  if (fixedValues(repeats)?.every((count) => count === 1)) return source;
  return builder.add({ operator: 'tile', input: source.name, repeats: stepShape(repeats, hint) }, hint, shape);
};

export const lowerConstantOfShape: Lowering = (node) => {
  const shape = node.integers(0) ?? node.refuse('its shape must be known');
  const tensor = node.proto.attribute.find(({ name }) => name === 'value')?.t;
  const length = shape.reduce((product, size) => product * size, 1);
  const filled = tensor === undefined ? floats([1], Float32Array.of(0)) : node.constant(tensor);
  if (filled.kind === 'integers') {
    return {
      kind: 'integers',
      shape,
      values: fixedSizes(new Array<number>(length).fill(filled.values[0]?.fixed ?? 0)),
    };
  }
  return floats(shape, new Float32Array(length).fill(filled.data[0] ?? 0));
};

// Operations on constants while the program is written: transpose, slice, broadcast and arithmetic.

import { permuteAxes, readStrided, type WeightView, wholeView } from '@ztw/program';
import type { FloatsValue } from './graph-value.ts';

export function elementsOf(shape: readonly number[]): number {
  return shape.reduce((total, size) => total * size, 1);
}

export function floats(shape: readonly number[], data: Float32Array): FloatsValue {
  return { kind: 'floats', shape, data };
}

/** Distance in memory between neighbours along each axis. */
function stridesOf(shape: readonly number[]): readonly number[] {
  return shape.map((_size, axis) => elementsOf(shape.slice(axis + 1)));
}

/** Where values come from: their origin, or themselves. Null where the axes are not those of the origin. */
function originOf({ shape, data, origin }: FloatsValue): NonNullable<FloatsValue['origin']> | null {
  if (origin === undefined) return { data, view: wholeView(shape) };
  return origin.view.sizes.join() === shape.join() ? origin : null;
}

/** Values that were moved, with the view of their origin that gives them. */
function moved(
  values: FloatsValue,
  data: Float32Array,
  shape: readonly number[],
  move: (view: WeightView) => WeightView,
): FloatsValue {
  const origin = originOf(values);
  return origin === null
    ? floats(shape, data)
    : { ...floats(shape, data), origin: { data: origin.data, view: move(origin.view) } };
}

/** Axis `i` of the result is axis `permutation[i]`. */
export function transposeFloats(values: FloatsValue, permutation: readonly number[]): FloatsValue {
  const { shape, data } = permuteAxes(values, permutation);
  const permuted = (list: readonly number[]): readonly number[] => permutation.map((axis) => list[axis] as number);
  return moved(values, data, shape, ({ offset, sizes, strides }) => ({
    offset,
    sizes: permuted(sizes),
    strides: permuted(strides),
  }));
}

/** `length` entries of one axis: `start`, `start + stride`, ... */
export function sliceFloats(
  values: FloatsValue,
  axis: number,
  { start, length, stride }: { readonly start: number; readonly length: number; readonly stride: number },
): FloatsValue {
  const { shape } = values;
  const slice = ({ offset, sizes, strides }: WeightView): WeightView => ({
    offset: offset + start * (strides[axis] as number),
    sizes: sizes.map((size, other) => (other === axis ? length : size)),
    strides: strides.map((size, other) => (other === axis ? size * stride : size)),
  });
  const own = slice(wholeView(shape));
  return moved(values, readStrided(values.data.subarray(own.offset), own.sizes, own.strides), own.sizes, slice);
}

/** Prepends axes of length 1 and repeats axes of length 1. */
function broadcastFloats({ shape, data }: FloatsValue, target: readonly number[]): Float32Array {
  const padded = padShape(shape, target.length);
  const strides = stridesOf(padded).map((stride, axis) => (padded[axis] === 1 ? 0 : stride));
  return readStrided(data, target, strides);
}

/** Prepends axes of length 1 up to a rank. */
export function padShape(shape: readonly number[], rank: number): readonly number[] {
  return [...new Array<number>(Math.max(0, rank - shape.length)).fill(1), ...shape];
}

/** The common shape of two shapes; null where they cannot be broadcast. */
function commonShape(left: readonly number[], right: readonly number[]): readonly number[] | null {
  const rank = Math.max(left.length, right.length);
  const [first, second] = [padShape(left, rank), padShape(right, rank)];
  const fits = first.every((size, axis) => size === second[axis] || size === 1 || second[axis] === 1);
  return fits ? first.map((size, axis) => (size === 1 ? (second[axis] as number) : size)) : null;
}

/** Combines two constants element by element, with broadcasting; null where the shapes do not fit. */
export function combineFloats(
  left: FloatsValue,
  right: FloatsValue,
  combine: (left: number, right: number) => number,
): FloatsValue | null {
  const shape = commonShape(left.shape, right.shape);
  if (shape === null) return null;
  const [first, second] = [broadcastFloats(left, shape), broadcastFloats(right, shape)];
  return floats(
    shape,
    first.map((value, index) => combine(value, second[index] as number)),
  );
}

/** Rows of `[rows, columns]` in another order: row `i` of the result is row `order[i]`. */
export function reorderRows(values: FloatsValue, order: readonly number[]): FloatsValue {
  const { shape, data } = values;
  const columns = data.length / order.length;
  const result = new Float32Array(data.length);
  for (const [target, source] of order.entries()) {
    result.set(data.subarray(source * columns, (source + 1) * columns), target * columns);
  }
  const rows = strideOrder(order);
  if (rows === null) return floats(shape, result);
  return moved(values, result, shape, ({ offset, sizes, strides }) => ({
    offset: offset + rows.offset * (strides[0] as number),
    sizes: [...rows.sizes, ...sizes.slice(1)],
    strides: [...rows.strides.map((stride) => stride * (strides[0] as number)), ...strides.slice(1)],
  }));
}

/** An order of positions as a view: axes of equal steps, the innermost last. Null where it has no such axes. */
function strideOrder(order: readonly number[]): WeightView | null {
  const [offset = 0] = order;
  const axes: { readonly size: number; readonly stride: number }[] = [];
  let starts = order;
  while (starts.length > 1) {
    const step = (starts[1] as number) - (starts[0] as number);
    const run = starts.findIndex((position, index) => position !== (starts[0] as number) + index * step);
    const size = run < 0 ? starts.length : run;
    const blocks = Array.from({ length: starts.length / size }, (_unused, block) => starts[block * size] as number);
    const isRegular = starts.every(
      (position, index) => position === (blocks[Math.floor(index / size)] ?? Number.NaN) + (index % size) * step,
    );
    if (step < 1 || !isRegular) return null;
    axes.unshift({ size, stride: step });
    starts = blocks;
  }
  return { offset, sizes: axes.map(({ size }) => size), strides: axes.map(({ stride }) => stride) };
}

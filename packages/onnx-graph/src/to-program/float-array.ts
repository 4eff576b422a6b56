// Operations on constants while the program is written: transpose, slice, broadcast and arithmetic.

import { permuteAxes, readStrided } from '@ztw/program';
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

/** Axis `i` of the result is axis `permutation[i]`. */
export function transposeFloats(values: FloatsValue, permutation: readonly number[]): FloatsValue {
  const { shape, data } = permuteAxes(values, permutation);
  return floats(shape, data);
}

/** `length` entries of one axis: `start`, `start + stride`, ... */
export function sliceFloats(
  { shape, data }: FloatsValue,
  axis: number,
  { start, length, stride }: { readonly start: number; readonly length: number; readonly stride: number },
): FloatsValue {
  const strides = stridesOf(shape);
  const step = strides[axis] as number;
  const outShape = shape.map((size, other) => (other === axis ? length : size));
  const offset = data.subarray(start * step);
  return floats(
    outShape,
    readStrided(
      offset,
      outShape,
      strides.map((size, other) => (other === axis ? step * stride : size)),
    ),
  );
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
export function reorderRows({ shape, data }: FloatsValue, order: readonly number[]): FloatsValue {
  const columns = data.length / order.length;
  const result = new Float32Array(data.length);
  for (const [target, source] of order.entries()) {
    result.set(data.subarray(source * columns, (source + 1) * columns), target * columns);
  }
  return floats(shape, result);
}

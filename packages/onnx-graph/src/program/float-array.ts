// Known values: moved, broadcast and computed with on the host.

import type { FloatsValue } from './value.ts';

export function elementsOf(shape: readonly number[]): number {
  return shape.reduce((total, size) => total * size, 1);
}

export function floats(shape: readonly number[], data: Float32Array): FloatsValue {
  return { kind: 'floats', shape, data };
}

/** Distance in memory between neighbours along each axis. */
function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    strides[axis] = (strides[axis + 1] as number) * (shape[axis + 1] as number);
  }
  return strides;
}

/** Reads `[...shape]` through any strides, row by row. */
function walk(data: Float32Array, shape: readonly number[], strides: readonly number[]): Float32Array {
  const result = new Float32Array(elementsOf(shape));
  const index = new Array<number>(shape.length).fill(0);
  let source = 0;
  for (let target = 0; target < result.length; target++) {
    result[target] = data[source] as number;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const step = strides[axis] as number;
      index[axis] = (index[axis] as number) + 1;
      source += step;
      if ((index[axis] as number) < (shape[axis] as number)) break;
      source -= step * (shape[axis] as number);
      index[axis] = 0;
    }
  }
  return result;
}

/** Axis `i` of the result is axis `permutation[i]`. */
export function transposeFloats({ shape, data }: FloatsValue, permutation: readonly number[]): FloatsValue {
  const strides = stridesOf(shape);
  const outShape = permutation.map((axis) => shape[axis] as number);
  return floats(
    outShape,
    walk(
      data,
      outShape,
      permutation.map((axis) => strides[axis] as number),
    ),
  );
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
    walk(
      offset,
      outShape,
      strides.map((size, other) => (other === axis ? step * stride : size)),
    ),
  );
}

/** Repeats axes of length 1, after ones were put in front. */
function broadcastFloats({ shape, data }: FloatsValue, target: readonly number[]): Float32Array {
  const padded = padShape(shape, target.length);
  const strides = stridesOf(padded).map((stride, axis) => (padded[axis] === 1 ? 0 : stride));
  return walk(data, target, strides);
}

/** Ones in front, up to a rank. */
export function padShape(shape: readonly number[], rank: number): readonly number[] {
  return [...new Array<number>(Math.max(0, rank - shape.length)).fill(1), ...shape];
}

/** The shape that two shapes broadcast to; null where they do not. */
function broadcastShape(left: readonly number[], right: readonly number[]): readonly number[] | null {
  const rank = Math.max(left.length, right.length);
  const [first, second] = [padShape(left, rank), padShape(right, rank)];
  const fits = first.every((size, axis) => size === second[axis] || size === 1 || second[axis] === 1);
  return fits ? first.map((size, axis) => (size === 1 ? (second[axis] as number) : size)) : null;
}

/** Value by value, with broadcasting; null where the shapes do not fit. */
export function combineFloats(
  left: FloatsValue,
  right: FloatsValue,
  combine: (left: number, right: number) => number,
): FloatsValue | null {
  const shape = broadcastShape(left.shape, right.shape);
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

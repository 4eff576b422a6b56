import type { Parameter } from '@ztw/core/runtime';

/** A copy of stored values with their axes in another order: axis `i` of the result is axis `order[i]`. Row-major. */
export function permuteAxes({ shape, data }: Parameter, order: readonly number[]): Parameter {
  const strides = shape.map((_size, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const sizes = order.map((axis) => shape[axis] as number);
  const steps = order.map((axis) => strides[axis] as number);
  return { shape: sizes, data: readStrided(data, sizes, steps) };
}

/**
 * Values of a tensor of the given sizes, row by row, whose neighbours along axis `i` lie `strides[i]` apart in `data`.
 */
export function readStrided(
  data: Float32Array,
  sizes: readonly number[],
  strides: readonly number[],
): Float32Array<ArrayBuffer> {
  const result = new Float32Array(sizes.reduce((product, size) => product * size, 1));
  const position = sizes.map(() => 0);
  let source = 0;
  for (let index = 0; index < result.length; index++) {
    result[index] = data[source] as number;
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      position[axis] = (position[axis] as number) + 1;
      source += strides[axis] as number;
      if ((position[axis] as number) < (sizes[axis] as number)) break;
      source -= (strides[axis] as number) * (sizes[axis] as number);
      position[axis] = 0;
    }
  }
  return result;
}

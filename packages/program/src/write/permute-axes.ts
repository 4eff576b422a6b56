import type { Parameter } from '@ztw/core/runtime';

/** A row-major copy with permuted axes: axis `i` of the result is axis `order[i]` of the input. */
export function permuteAxes({ shape, data }: Parameter, order: readonly number[]): Parameter {
  const strides = shape.map((_size, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const sizes = order.map((axis) => shape[axis] as number);
  const steps = order.map((axis) => strides[axis] as number);
  return { shape: sizes, data: readStrided(data, sizes, steps) };
}

/** Values of a strided tensor in row-major order. Neighbours along axis `i` are `strides[i]` apart in `data`. */
export function readStrided(
  data: Float32Array,
  sizes: readonly number[],
  strides: readonly number[],
): Float32Array<ArrayBuffer> {
  const result = new Float32Array(sizes.reduce((product, size) => product * size, 1));
  const outer = sizes.slice(0, -1);
  const run = sizes.at(-1) ?? 1;
  const step = strides.at(-1) ?? 0;
  const position = outer.map(() => 0);
  let source = 0;
  for (let start = 0; start < result.length; start += run) {
    for (let index = 0; index < run; index++) result[start + index] = data[source + index * step] as number;
    for (let axis = outer.length - 1; axis >= 0; axis--) {
      position[axis] = (position[axis] as number) + 1;
      source += strides[axis] as number;
      if ((position[axis] as number) < (outer[axis] as number)) break;
      source -= (strides[axis] as number) * (outer[axis] as number);
      position[axis] = 0;
    }
  }
  return result;
}

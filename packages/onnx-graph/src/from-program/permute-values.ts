import type { Parameter } from '@ztw/core';
import { elementCount } from '../model/tensor.ts';

/** Values of a tensor with its axes in another order: axis `i` of the result is axis `order[i]`. Row-major; the input stays. */
export function permuteValues({ shape, data }: Parameter, order: readonly number[]): Float32Array {
  if (order.every((axis, position) => axis === position)) return data;
  const strides = shape.map((_size, axis) => elementCount(shape.slice(axis + 1)));
  const sizes = order.map((axis) => shape[axis] as number);
  const steps = order.map((axis) => strides[axis] as number);
  const result = new Float32Array(data.length);
  const position = sizes.map(() => 0);
  let source = 0;
  for (let index = 0; index < result.length; index++) {
    result[index] = data[source] as number;
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      position[axis] = (position[axis] as number) + 1;
      source += steps[axis] as number;
      if ((position[axis] as number) < (sizes[axis] as number)) break;
      source -= (steps[axis] as number) * (sizes[axis] as number);
      position[axis] = 0;
    }
  }
  return result;
}

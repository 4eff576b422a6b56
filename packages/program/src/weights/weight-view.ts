// A weight of a program as a view of a stored tensor, so that forms with other layouts share its values: a filter with
// channels last is a view of the filter with channels first.

import type { Parameter } from '@ztw/core/runtime';
import * as v from 'valibot';
import { count, size } from '../steps/step-fields.ts';
import { readStrided } from '../write/permute-axes.ts';

/** The values at `offset + sum_i index_i * strides[i]` of a row-major tensor, for all indices below `sizes`, in order. */
export interface WeightView {
  readonly offset: number;
  /** Their product is the number of values. They need not be the axes of the weight. */
  readonly sizes: readonly number[];
  /** Distance between neighbours, in values. */
  readonly strides: readonly number[];
}

export const weightViewSchema: v.GenericSchema<unknown, WeightView> = v.strictObject({
  offset: count,
  sizes: v.array(size),
  strides: v.array(size),
});

/** The view of all values in order. */
export function wholeView(shape: readonly number[]): WeightView {
  const strides = shape.map((_size, axis) => shape.slice(axis + 1).reduce((product, length) => product * length, 1));
  return { offset: 0, sizes: shape, strides };
}

/** Whether a view has as many values as its strides need. @param length Number of values of the tensor. */
export function isInside({ offset, sizes, strides }: WeightView, length: number): boolean {
  if (sizes.length !== strides.length) return false;
  const last = sizes.reduce((position, steps, axis) => position + (steps - 1) * (strides[axis] as number), offset);
  return last < length;
}

/** Copies the values of a view. @param shape Shape of the result, row-major. */
export function readView(
  { offset, sizes, strides }: WeightView,
  data: Float32Array,
  shape: readonly number[],
): Parameter {
  return { shape, data: readStrided(data.subarray(offset), sizes, strides) };
}

// What a tensor of the graph is while its program is being written.

import type { Size } from './size.ts';

/** A tensor that the program computes. Its axes may lie in memory in another order than the graph's. */
export interface TensorValue {
  readonly kind: 'tensor';
  /** Name in the program. */
  readonly name: string;
  /** Shape as the graph sees it. */
  readonly shape: readonly Size[];
  /** Axis `i` in memory is axis `order[i]` of the graph: `[0, 2, 3, 1]` for an image with its channels last. */
  readonly order: readonly number[];
  /** For `[rows, columns]` in another order than the graph's: column `i` in memory is column `columns[i]` of the graph. Null where they agree. */
  readonly columns: readonly number[] | null;
}

/** float32 values that are known. */
export interface FloatsValue {
  readonly kind: 'floats';
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Integers or truth values that are known, perhaps as multiples of the number of rows. */
export interface IntegersValue {
  readonly kind: 'integers';
  readonly shape: readonly number[];
  readonly values: readonly Size[];
}

export type Value = TensorValue | FloatsValue | IntegersValue;

/** `[0, 1, ..., rank - 1]` */
export function naturalOrder(rank: number): readonly number[] {
  return Array.from({ length: rank }, (_unused, axis) => axis);
}

/** `[0, 2, ..., rank - 1, 1]`: channels, the graph's second axis, last. */
export function channelsLastOrder(rank: number): readonly number[] {
  return [0, ...naturalOrder(rank).slice(2), 1];
}

export function sameOrder(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((axis, position) => axis === right[position]);
}

/** Where an axis of the graph lies in memory. */
export function storedAxis({ order }: TensorValue, axis: number): number {
  return order.indexOf(axis);
}

/** Shape in memory. */
export function storedShape({ shape, order }: TensorValue): readonly Size[] {
  return order.map((axis) => shape[axis] as Size);
}

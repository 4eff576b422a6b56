import type { Size } from './size.ts';

/** A tensor that a program computes, described in the source network's axis order. Its order in memory may differ. */
export interface TensorValue {
  readonly kind: 'tensor';
  /** Name in the program. */
  readonly name: string;
  /** Shape in the network's axis order, including the axis of rows. */
  readonly shape: readonly Size[];
  /** Axis `i` in memory is axis `order[i]` of the network: `[0, 2, 3, 1]` for an image with its channels last. */
  readonly order: readonly number[];
  /**
   * For `[rows, columns]` whose columns are reordered: column `i` in memory is column `columns[i]` of the network.
   * Null if the orders agree.
   */
  readonly columns: readonly number[] | null;
}

/** Position in memory of an axis of the network. */
export function storedAxis({ order }: TensorValue, axis: number): number {
  return order.indexOf(axis);
}

/** Shape in memory. */
export function storedShape({ shape, order }: TensorValue): readonly Size[] {
  return order.map((axis) => shape[axis] as Size);
}

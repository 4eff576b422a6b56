import type { Size } from './size.ts';

/**
 * A tensor that a program computes, as the network sees it that the program is written of. Its axes may lie in memory
 * in another order.
 */
export interface TensorValue {
  readonly kind: 'tensor';
  /** Name in the program. */
  readonly name: string;
  /** Shape as the network sees it, the axis of the rows included. */
  readonly shape: readonly Size[];
  /** Axis `i` in memory is axis `order[i]` of the network: `[0, 2, 3, 1]` for an image with its channels last. */
  readonly order: readonly number[];
  /**
   * For `[rows, columns]` in another order than the network's: column `i` in memory is column `columns[i]` of the
   * network. Null where they agree.
   */
  readonly columns: readonly number[] | null;
}

/** Where an axis of the network lies in memory. */
export function storedAxis({ order }: TensorValue, axis: number): number {
  return order.indexOf(axis);
}

/** Shape in memory. */
export function storedShape({ shape, order }: TensorValue): readonly Size[] {
  return order.map((axis) => shape[axis] as Size);
}

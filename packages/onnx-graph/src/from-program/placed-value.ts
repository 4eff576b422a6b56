// The placement of a program's value in the written graph. Programs store maps channels-last, ONNX channels-first.
// Each value records its order of axes, so that a transpose is written only where an operator needs another order.

import { naturalOrder, type ProgramSize, sameOrder } from '@ztw/program';

/** Order of a map's axes with its channels first: axis `i` in the graph is axis `order[i]` of the program. */
export const channelsFirst: readonly number[] = [0, 3, 1, 2];

export interface PlacedValue {
  /** Tensor of the graph. */
  readonly name: string;
  /** Shape in the program. */
  readonly shape: readonly ProgramSize[];
  /** Axis `i` in the graph is axis `order[i]` of the program. */
  readonly order: readonly number[];
}

/** Whether two orders have the same layout in memory. The position of axes of length 1 does not matter. */
export function sameMemory(shape: readonly ProgramSize[], left: readonly number[], right: readonly number[]): boolean {
  const long = (order: readonly number[]): readonly number[] => order.filter((axis) => shape[axis] !== 1);
  return sameOrder(long(left), long(right));
}

export function sameLength(left: ProgramSize | undefined, right: ProgramSize | undefined): boolean {
  if (typeof left === 'object' && typeof right === 'object') return left.perRow === right.perRow;
  return left === right;
}

/** Shape of the elementwise combination of two tensors, aligned from the right. */
export function broadcastShape(left: readonly ProgramSize[], right: readonly ProgramSize[]): readonly ProgramSize[] {
  const rank = Math.max(left.length, right.length);
  return naturalOrder(rank).map((axis) => {
    const first = left[axis - rank + left.length] ?? 1;
    return first === 1 ? (right[axis - rank + right.length] ?? 1) : first;
  });
}

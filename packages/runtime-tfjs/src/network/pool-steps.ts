// Adaptive pools of maps, written as steps.

import { adaptiveWindows, type SlidingWindow, slidingWindow } from '@ztw/heads';
import { channelsLastOrder, fixedSize, type ProgramWriter, type Size, type TensorValue } from '@ztw/program';

export interface PooledValues {
  readonly maximum: TensorValue;
  readonly average: TensorValue;
}

/** In memory maps are `[rows, height, width, channels]`; in heads they are `[rows, channels, height, width]`. */
export const mapOrder: readonly number[] = channelsLastOrder(4);

/** Both pools of a map `[rows, channels, height, width]` to `[rows, channels, ...outputSize]`. */
export function adaptivePools(
  writer: ProgramWriter,
  input: TensorValue,
  outputSize: readonly [number, number],
): PooledValues {
  const [rows, channels, height, width] = input.shape as readonly [Size, Size, Size, Size];
  const shape = [rows, channels, ...outputSize.map(fixedSize)];
  const vertical = slidingWindow(height.fixed, outputSize[0]);
  const horizontal = slidingWindow(width.fixed, outputSize[1]);
  return vertical === null || horizontal === null
    ? unevenPools(writer, input, shape)
    : slidingPools(writer, input, shape, vertical, horizontal);
}

/** Windows of one size and stride, for which every runtime has a kernel. */
function slidingPools(
  writer: ProgramWriter,
  input: TensorValue,
  shape: readonly Size[],
  vertical: SlidingWindow,
  horizontal: SlidingWindow,
): PooledValues {
  // Windows of one value: maximum and average are that value.
  if (vertical.size === 1 && horizontal.size === 1) return { maximum: input, average: input };
  const map = writer.inOrder(input, mapOrder);
  const pool = (operator: 'max-pool' | 'average-pool'): TensorValue =>
    writer.addValue(
      {
        operator,
        input: map.name,
        size: [vertical.size, horizontal.size],
        strides: [vertical.stride, horizontal.stride],
        pads: [vertical.before, vertical.after, horizontal.before, horizontal.after],
      },
      operator,
      shape,
      mapOrder,
    );
  return { maximum: pool('max-pool'), average: pool('average-pool') };
}

/** Pools one axis after the other, window by window. Windows may overlap. */
function unevenPools(writer: ProgramWriter, input: TensorValue, shape: readonly Size[]): PooledValues {
  const first = writer.natural(input);
  const pool = (kind: 'maximum' | 'mean'): TensorValue => {
    let current = first;
    for (const axis of [2, 3]) {
      const size = current.shape[axis]?.fixed ?? 0;
      const windows = adaptiveWindows(size, shape[axis]?.fixed ?? 0).map((window) =>
        pooledWindow(writer, current, axis, window, kind),
      );
      const [only] = windows;
      const sizes = current.shape.with(axis, fixedSize(windows.length));
      const inputs = windows.map(({ name }) => name);
      current =
        only !== undefined && windows.length === 1
          ? only
          : writer.addValue({ operator: 'concat', inputs, axis }, `${kind}/windows`, sizes);
    }
    return writer.reshape(current, shape, kind);
  };
  return { maximum: pool('maximum'), average: pool('mean') };
}

/** The maximum or mean of some entries of an axis. The axis remains, with length 1. */
function pooledWindow(
  writer: ProgramWriter,
  input: TensorValue,
  axis: number,
  { start, end }: { readonly start: number; readonly end: number },
  kind: 'maximum' | 'mean',
): TensorValue {
  const length = end - start;
  const window =
    length === input.shape[axis]?.fixed
      ? input
      : writer.addValue(
          { operator: 'slice', input: input.name, axis, start, length, stride: 1 },
          `${kind}/window`,
          input.shape.with(axis, fixedSize(length)),
        );
  return length === 1
    ? window
    : writer.addValue(
        { operator: 'reduce', function: kind, input: window.name, axes: [axis], keepAxes: true },
        kind,
        input.shape.with(axis, fixedSize(1)),
      );
}

// Adaptive pools of maps as steps.

import type { RowShape } from '@ztw/core';
import { adaptiveWindows, type SlidingWindow, slidingWindow } from '@ztw/heads';
import { channelsFirst, channelsLast, type HeadValue, type StepWriter } from './step-writer.ts';

export interface PooledValues {
  readonly maximum: HeadValue;
  readonly average: HeadValue;
}

/** Both pools of a map `[channels, height, width]` to `[channels, ...outputSize]`. */
export function adaptivePools(
  writer: StepWriter,
  input: HeadValue,
  outputSize: readonly [number, number],
): PooledValues {
  const [channels = 0, height = 0, width = 0] = input.shape;
  const [outHeight, outWidth] = outputSize;
  const shape = [channels, outHeight, outWidth];
  const vertical = slidingWindow(height, outHeight);
  const horizontal = slidingWindow(width, outWidth);
  return vertical === null || horizontal === null
    ? unevenPools(writer, input, shape)
    : slidingPools(writer, input, shape, vertical, horizontal);
}

/** What every runtime has a kernel for. */
function slidingPools(
  writer: StepWriter,
  input: HeadValue,
  shape: RowShape,
  vertical: SlidingWindow,
  horizontal: SlidingWindow,
): PooledValues {
  // Windows of one value: maximum and average are that value.
  if (vertical.size === 1 && horizontal.size === 1) return { maximum: input, average: input };
  const last = channelsLast(writer, input);
  const pool = (operator: 'max-pool' | 'average-pool'): HeadValue => ({
    name: writer.add({
      operator,
      input: last,
      size: [vertical.size, horizontal.size],
      strides: [vertical.stride, horizontal.stride],
      pads: [vertical.before, vertical.after, horizontal.before, horizontal.after],
    }),
    shape,
    isChannelsLast: true,
  });
  return { maximum: pool('max-pool'), average: pool('average-pool') };
}

/** One axis after the other, over the entries of each window, which may overlap. */
function unevenPools(writer: StepWriter, input: HeadValue, shape: RowShape): PooledValues {
  const { add } = writer;
  const [, height = 0, width = 0] = input.shape;
  const [, outHeight = 0, outWidth = 0] = shape;
  const first = channelsFirst(writer, input);
  const pool = (kind: 'maximum' | 'mean'): HeadValue => {
    let current = first;
    for (const [axis, size, count] of [
      [2, height, outHeight],
      [3, width, outWidth],
    ] as const) {
      const windows = adaptiveWindows(size, count).map(({ start, end }) => {
        const length = end - start;
        const window =
          length === size ? current : add({ operator: 'slice', input: current, axis, start, length, stride: 1 });
        return length === 1
          ? window
          : add({ operator: 'reduce', function: kind, input: window, axes: [axis], keepAxes: true });
      });
      current = windows.length === 1 ? (windows[0] as string) : add({ operator: 'concat', inputs: windows, axis });
    }
    const name = add({ operator: 'reshape', input: current, shape: [{ perRow: 1 }, ...shape] });
    return { name, shape, isChannelsLast: false };
  };
  return { maximum: pool('maximum'), average: pool('mean') };
}

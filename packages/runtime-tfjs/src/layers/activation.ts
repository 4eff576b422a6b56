// The values between two layers, for a batch of rows. Small layers read them in the canonical order; convolutions ask for the order that
// their kernel wants, which is made once and shared by all who ask.

import { type RowShape, rowSize } from '@ztw/core';

/** Values of a batch. The arrays belong to the activation; nobody else writes to them. */
export interface Activation {
  readonly rows: number;
  readonly shape: RowShape;
  /** `[rows, ...shape]` */
  values(): Float32Array;
  /** `[rows, height, width, channels]`; only for rows of shape `[channels, height, width]`. */
  channelsLast(): Float32Array;
  /** `[channels, height, width, rows]`; only for rows of shape `[channels, height, width]`. */
  rowsLast(): Float32Array;
}

/** Wraps values in the canonical order. `values` is read when asked, not copied. */
export function activationOf(values: Float32Array, rows: number, shape: RowShape): Activation {
  let channelsLast: Float32Array | null = null;
  let rowsLast: Float32Array | null = null;
  return {
    rows,
    shape,
    values: () => values,
    channelsLast() {
      const channels = shape[0] ?? 1;
      channelsLast ??= transposed(values, rows, channels, rowSize(shape) / channels);
      return channelsLast;
    },
    rowsLast() {
      rowsLast ??= transposed(values, 1, rows, rowSize(shape));
      return rowsLast;
    },
  };
}

/** `[batches, a, b]` -> `[batches, b, a]` */
export function transposed(values: Float32Array, batches: number, a: number, b: number): Float32Array {
  const output = new Float32Array(values.length);
  transposeInto(output, values, batches, a, b);
  return output;
}

/** `[batches, a, b]` -> `[batches, b, a]`, in tiles of 16 columns, so that what is read and written stays in the cache. */
export function transposeInto(output: Float32Array, values: Float32Array, batches: number, a: number, b: number): void {
  for (let batch = 0; batch < batches; batch++) {
    const base = batch * a * b;
    for (let start = 0; start < b; start += 16) {
      const end = Math.min(start + 16, b);
      for (let row = 0; row < a; row++) {
        const source = base + row * b;
        for (let column = start; column < end; column++) {
          output[base + column * a + row] = values[source + column] as number;
        }
      }
    }
  }
}

// The values between two layers, for a batch of rows. Small layers read them in the canonical order; convolutions ask for the order that
// their kernel wants, which is made once and shared by all who ask.

import type { RowShape } from '@ztw/core';
import { type Activation, createScratchBuffer, rowSize, transposeInto } from '@ztw/core/runtime';

/** Buffers for the orders that a convolution asks for, used again from batch to batch. */
export interface ActivationBuffers {
  channelsLast(length: number): Float32Array;
  rowsLast(length: number): Float32Array;
}

/** New buffers. */
export function createActivationBuffers(): ActivationBuffers {
  return { channelsLast: createScratchBuffer(), rowsLast: createScratchBuffer() };
}

/**
 * Wraps values in the canonical order. `values` is read when asked, not copied.
 * @param buffers What the other orders are written to; the activation holds until they are used for another one.
 */
export function activationOf(
  values: Float32Array,
  rows: number,
  shape: RowShape,
  buffers: ActivationBuffers = createActivationBuffers(),
): Activation {
  let channelsLast: Float32Array | null = null;
  let rowsLast: Float32Array | null = null;
  return {
    rows,
    shape,
    values: () => values,
    channelsLast() {
      if (channelsLast === null) {
        const channels = shape[0] ?? 1;
        channelsLast = buffers.channelsLast(values.length);
        transposeInto(channelsLast, values, rows, channels, rowSize(shape) / channels);
      }
      return channelsLast;
    },
    rowsLast() {
      if (rowsLast === null) {
        rowsLast = buffers.rowsLast(values.length);
        transposeInto(rowsLast, values, 1, rows, rowSize(shape));
      }
      return rowsLast;
    },
  };
}

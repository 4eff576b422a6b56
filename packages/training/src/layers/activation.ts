// The values between two layers, for a batch of rows. Small layers read them in the canonical order. Convolutions
// request the order of their kernel; it is made once and shared.

import type { RowShape } from '@ztw/core';
import { type Activation, createScratchBuffer, rowSize, transposeInto } from '@ztw/core/runtime';

/** Buffers for the orders that convolutions request, reused from batch to batch. */
export interface ActivationBuffers {
  channelsLast(length: number): Float32Array;
  rowsLast(length: number): Float32Array;
}

/** New buffers. */
export function createActivationBuffers(): ActivationBuffers {
  return { channelsLast: createScratchBuffer(), rowsLast: createScratchBuffer() };
}

/**
 * Wraps values in the canonical order. `values` is read on request, not copied.
 * @param buffers Receive the other orders. The activation is valid until they are used for another one.
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

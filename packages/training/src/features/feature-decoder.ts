// From stored rows to the input of a head's first layer, in the memory order that it requests. Each order is made at
// most once per batch.

import type { RowShape } from '@ztw/core';
import {
  type Activation,
  createScratchBuffer,
  decodeFloat16Into,
  type FeatureRows,
  float16Table,
  lookUpTransposed,
  rowSize,
} from '@ztw/core/runtime';
import { activationOf } from '../layers/activation.ts';

export interface FeatureDecoder {
  /**
   * @param stored `[rows, ...shape]`
   * @returns the batch; its arrays are reused for the next one
   */
  decode(stored: FeatureRows, rows: number): Activation;
}

/** A decoder for rows of one shape. */
export function createFeatureDecoder(shape: RowShape): FeatureDecoder {
  const valuesBuffer = createScratchBuffer();
  const channelsLastBuffer = createScratchBuffer();
  const rowsLastBuffer = createScratchBuffer();
  const channels = shape[0] ?? 1;
  const elements = rowSize(shape);
  return {
    decode(stored, rows) {
      if (stored instanceof Float32Array) {
        return activationOf(stored, rows, shape);
      }
      const bits = stored;
      let values: Float32Array | null = null;
      let channelsLast: Float32Array | null = null;
      let rowsLast: Float32Array | null = null;
      return {
        rows,
        shape,
        values() {
          if (values === null) {
            values = valuesBuffer(bits.length);
            decodeFloat16Into(values, bits);
          }
          return values;
        },
        channelsLast() {
          if (channelsLast === null) {
            channelsLast = channelsLastBuffer(bits.length);
            lookUpTransposed(channelsLast, bits, float16Table(), rows, channels, elements / channels);
          }
          return channelsLast;
        },
        rowsLast() {
          if (rowsLast === null) {
            rowsLast = rowsLastBuffer(bits.length);
            lookUpTransposed(rowsLast, bits, float16Table(), 1, rows, elements);
          }
          return rowsLast;
        },
      };
    },
  };
}

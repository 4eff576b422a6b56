// From stored rows to what a head's first layer reads, in the order that it asks for, each order made at most once per batch.

import { type FeatureRows, type RowShape, rowSize } from '@ztw/core';
import { type Activation, activationOf } from '../layers/activation.ts';
import { createScratchBuffer } from '../layers/scratch-buffer.ts';
import { float16Table } from './float16.ts';

export interface FeatureDecoder {
  /**
   * @param stored `[rows, ...shape]`
   * @returns the batch; its arrays are used again for the next one
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
      const make = (buffer: (length: number) => Float32Array, batches: number, a: number, b: number) => {
        const output = buffer(bits.length);
        decodeTransposed(output, bits, batches, a, b);
        return output;
      };
      let values: Float32Array | null = null;
      let channelsLast: Float32Array | null = null;
      let rowsLast: Float32Array | null = null;
      return {
        rows,
        shape,
        values() {
          values ??= make(valuesBuffer, 1, 1, bits.length);
          return values;
        },
        channelsLast() {
          channelsLast ??= make(channelsLastBuffer, rows, channels, elements / channels);
          return channelsLast;
        },
        rowsLast() {
          rowsLast ??= make(rowsLastBuffer, 1, rows, elements);
          return rowsLast;
        },
      };
    },
  };
}

/** float16 `[batches, a, b]` -> float32 `[batches, b, a]`, in tiles of 16 columns. */
function decodeTransposed(output: Float32Array, bits: Uint16Array, batches: number, a: number, b: number): void {
  const table = float16Table();
  for (let batch = 0; batch < batches; batch++) {
    const base = batch * a * b;
    for (let start = 0; start < b; start += 16) {
      const end = Math.min(start + 16, b);
      for (let row = 0; row < a; row++) {
        const source = base + row * b;
        for (let column = start; column < end; column++) {
          output[base + column * a + row] = table[bits[source + column] as number] as number;
        }
      }
    }
  }
}

import type { RowShape } from '@ztw/core';
import * as v from 'valibot';
import { type AdaptiveWindow, adaptiveWindows } from './adaptive-windows.ts';
import { mapSize } from './fields.ts';
import type { LayerDefinition, RowValues } from './layer-definition.ts';
import { sizesOf } from './shape-checks.ts';

/**
 * The parameter-free half of a mixed pool: `[C, H, W]` -> `[2, C, h, w]`, adaptive maxima first, averages second.
 * It occurs only in a head's prefix, which is applied before features are cached.
 */
export interface AdaptivePoolsLayer {
  readonly kind: 'adaptive-pools';
  readonly outputSize: readonly [number, number];
}

export const adaptivePools: LayerDefinition<AdaptivePoolsLayer> = {
  fields: { kind: v.literal('adaptive-pools'), outputSize: mapSize },
  outputShape(layer, shape) {
    const [channels] = sizesOf(layer, shape, 3, '[channels, height, width]');
    return [2, channels, ...layer.outputSize];
  },
  execute: ({ outputSize }, input) => poolTwice(outputSize, input),
  write({ outputSize }, value, { writer, outputShape }) {
    const { maximum, average } = writer.adaptivePools(value, outputSize);
    return writer.reshape(writer.concat(maximum, average), outputShape);
  },
};

/** `[C, H, W]` -> `[2, C, h, w]`: maxima, then averages, over windows `floor(i * H / h)` to `ceil((i + 1) * H / h)`. */
export function poolTwice(outputSize: readonly [number, number], { rows, shape, data }: RowValues): Float32Array {
  const [channels, height, width] = shape as RowShape & readonly [number, number, number];
  const [outHeight, outWidth] = outputSize;
  const vertical = adaptiveWindows(height, outHeight);
  const horizontal = adaptiveWindows(width, outWidth);
  const half = channels * outHeight * outWidth;
  const output = new Float32Array(rows * 2 * half);
  for (let row = 0; row < rows; row++) {
    for (let channel = 0; channel < channels; channel++) {
      const map = data.subarray((row * channels + channel) * height * width);
      vertical.forEach((lines, y) => {
        horizontal.forEach((columns, x) => {
          const { maximum, average } = poolWindow(map, width, lines, columns);
          const position = (channel * outHeight + y) * outWidth + x;
          output[row * 2 * half + position] = maximum;
          output[row * 2 * half + half + position] = average;
        });
      });
    }
  }
  return output;
}

function poolWindow(map: Float32Array, width: number, lines: AdaptiveWindow, columns: AdaptiveWindow) {
  let maximum = Number.NEGATIVE_INFINITY;
  let sum = 0;
  for (let y = lines.start; y < lines.end; y++) {
    for (let x = columns.start; x < columns.end; x++) {
      const value = map[y * width + x] as number;
      maximum = Math.max(maximum, value);
      sum += value;
    }
  }
  return { maximum, average: sum / ((lines.end - lines.start) * (columns.end - columns.start)) };
}

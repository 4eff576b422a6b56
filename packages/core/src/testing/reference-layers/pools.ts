// The mixed pool, whole and as its two halves: the two adaptive pools, and their mix by a learned alpha.

import type { AdaptivePoolsLayer, HeadParameters, MixedPoolLayer, PoolMixLayer } from '../../contract/head.ts';
import { InvalidInputError } from '../../errors/errors.ts';
import { elementCount, parameterValues, type RowValues, shapeOfRank } from './row-values.ts';

/** `[C, H, W]` -> `[2, C, h, w]`: maxima, then averages, over windows `floor(i * H / h)` to `ceil((i + 1) * H / h)`. */
export function adaptivePools(layer: Pick<AdaptivePoolsLayer, 'outputSize'>, values: RowValues): RowValues {
  const { rows, data } = values;
  const [channels, height, width] = shapeOfRank(values.shape, 3, 'adaptive-pools');
  const [outHeight, outWidth] = layer.outputSize;
  const half = channels * outHeight * outWidth;
  const output = new Float32Array(rows * 2 * half);
  for (let row = 0; row < rows; row++) {
    for (let channel = 0; channel < channels; channel++) {
      const map = data.subarray((row * channels + channel) * height * width);
      for (let y = 0; y < outHeight; y++) {
        for (let x = 0; x < outWidth; x++) {
          const { maximum, average } = poolWindow(
            map,
            width,
            poolRange(y, height, outHeight),
            poolRange(x, width, outWidth),
          );
          const position = (channel * outHeight + y) * outWidth + x;
          output[row * 2 * half + position] = maximum;
          output[row * 2 * half + half + position] = average;
        }
      }
    }
  }
  return { rows, shape: [2, channels, outHeight, outWidth], data: output };
}

/** `[2, C, h, w]` -> `[C, h, w]`: `alpha * maxima + (1 - alpha) * averages`. */
export function poolMix(layer: Pick<PoolMixLayer, 'name'>, parameters: HeadParameters, values: RowValues): RowValues {
  const { rows, data } = values;
  const [pools, ...shape] = shapeOfRank(values.shape, 4, layer.name);
  if (pools !== 2) {
    throw new InvalidInputError(`Expected [2, C, h, w] at the layer "${layer.name}", received [${values.shape}].`);
  }
  const alpha = parameterValues(parameters, `${layer.name}.alpha`, [1])[0] as number;
  const half = elementCount(shape);
  const output = new Float32Array(rows * half);
  for (let row = 0; row < rows; row++) {
    for (let position = 0; position < half; position++) {
      const maximum = data[row * 2 * half + position] as number;
      const average = data[row * 2 * half + half + position] as number;
      output[row * half + position] = alpha * maximum + (1 - alpha) * average;
    }
  }
  return { rows, shape, data: output };
}

/** `[C, H, W]` -> `[C, h, w]`: both halves, one after the other. */
export function mixedPool(layer: MixedPoolLayer, parameters: HeadParameters, values: RowValues): RowValues {
  return poolMix(layer, parameters, adaptivePools(layer, values));
}

interface PoolRange {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

function poolRange(index: number, size: number, outSize: number): PoolRange {
  return { start: Math.floor((index * size) / outSize), end: Math.ceil(((index + 1) * size) / outSize) };
}

function poolWindow(map: Float32Array, width: number, vertical: PoolRange, horizontal: PoolRange) {
  let maximum = Number.NEGATIVE_INFINITY;
  let sum = 0;
  for (let y = vertical.start; y < vertical.end; y++) {
    for (let x = horizontal.start; x < horizontal.end; x++) {
      const value = map[y * width + x] as number;
      maximum = Math.max(maximum, value);
      sum += value;
    }
  }
  return { maximum, average: sum / ((vertical.end - vertical.start) * (horizontal.end - horizontal.start)) };
}

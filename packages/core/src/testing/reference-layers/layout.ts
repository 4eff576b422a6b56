// Layers that only move values, or average them over tokens.

import type { TakeTokenLayer } from '../../contract/head.ts';
import { InvalidInputError } from '../../errors/errors.ts';
import { elementCount, type RowValues, shapeOfRank } from './row-values.ts';

/** `[height, width, channels]` -> `[channels, height, width]`. */
export function channelsFirst({ rows, shape, data }: RowValues): RowValues {
  const [height, width, channels] = shapeOfRank(shape, 3, 'channels-first');
  const positions = height * width;
  const output = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    const start = row * positions * channels;
    for (let position = 0; position < positions; position++) {
      for (let channel = 0; channel < channels; channel++) {
        output[start + channel * positions + position] = data[start + position * channels + channel] as number;
      }
    }
  }
  return { rows, shape: [channels, height, width], data: output };
}

/** Any shape -> `[elements]`. */
export function flatten({ rows, shape, data }: RowValues): RowValues {
  return { rows, shape: [elementCount(shape)], data };
}

/** `[tokens, width]` -> `[width]`: one token. */
export function takeToken(layer: TakeTokenLayer, { rows, shape, data }: RowValues): RowValues {
  const [tokens, width] = shapeOfRank(shape, 2, 'take-token');
  if (layer.index < 0 || layer.index >= tokens) {
    throw new InvalidInputError(`Expected a token index below ${tokens}, received ${layer.index}.`);
  }
  const output = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    const start = (row * tokens + layer.index) * width;
    output.set(data.subarray(start, start + width), row * width);
  }
  return { rows, shape: [width], data: output };
}

/** `[tokens, width]` -> `[width]`: mean over the tokens. */
export function meanTokens({ rows, shape, data }: RowValues): RowValues {
  const [tokens, width] = shapeOfRank(shape, 2, 'mean-tokens');
  const output = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < width; column++) {
      let sum = 0;
      for (let token = 0; token < tokens; token++) sum += data[(row * tokens + token) * width + column] as number;
      output[row * width + column] = sum / tokens;
    }
  }
  return { rows, shape: [width], data: output };
}

// Layers that only move values: channels-first, flatten, take-token, mean-tokens.

import { createScratchBuffer, rowSize, transposeInto } from '@ztw/core/runtime';
import type { LayerKinds } from '@ztw/heads';
import type { LayerContext, LayerRunner } from './layer-runner.ts';

/** `[height, width, channels]` -> `[channels, height, width]` */
export function channelsFirstRunner(_layer: LayerKinds['channels-first'], { inputShape }: LayerContext): LayerRunner {
  const [height, width, channels] = inputShape;
  const positions = (height as number) * (width as number);
  const outputBuffer = createScratchBuffer();
  const gradientBuffer = createScratchBuffer();
  return {
    forward(input) {
      const output = outputBuffer(input.values().length);
      transposeInto(output, input.values(), input.rows, positions, channels as number);
      return output;
    },
    backward(gradient, wantInput) {
      if (!wantInput) {
        return null;
      }
      const inputGradient = gradientBuffer(gradient.length);
      const rows = gradient.length / rowSize(inputShape);
      transposeInto(inputGradient, gradient, rows, channels as number, positions);
      return inputGradient;
    },
  };
}

/** Any shape -> `[elements]`: the same values, flattened. */
export function flattenRunner(): LayerRunner {
  return {
    forward: (input) => input.values(),
    backward: (gradient, wantInput) => (wantInput ? gradient : null),
  };
}

/** `[tokens, width]` -> `[width]`: one token. */
export function takeTokenRunner(layer: LayerKinds['take-token'], { inputShape }: LayerContext): LayerRunner {
  const [tokens, width] = inputShape as [number, number];
  const outputBuffer = createScratchBuffer();
  const gradientBuffer = createScratchBuffer();
  return {
    forward(input) {
      const values = input.values();
      const output = outputBuffer(input.rows * width);
      for (let row = 0; row < input.rows; row++) {
        const start = (row * tokens + layer.index) * width;
        output.set(values.subarray(start, start + width), row * width);
      }
      return output;
    },
    backward(gradient, wantInput) {
      if (!wantInput) {
        return null;
      }
      const rows = gradient.length / width;
      const inputGradient = gradientBuffer(rows * tokens * width).fill(0);
      for (let row = 0; row < rows; row++) {
        inputGradient.set(gradient.subarray(row * width, (row + 1) * width), (row * tokens + layer.index) * width);
      }
      return inputGradient;
    },
  };
}

/** `[tokens, width]` -> `[width]`: mean over the tokens. */
export function meanTokensRunner(_layer: LayerKinds['mean-tokens'], { inputShape }: LayerContext): LayerRunner {
  const [tokens, width] = inputShape as [number, number];
  const outputBuffer = createScratchBuffer();
  const gradientBuffer = createScratchBuffer();
  return {
    forward(input) {
      const values = input.values();
      const output = outputBuffer(input.rows * width);
      for (let row = 0; row < input.rows; row++) {
        for (let column = 0; column < width; column++) {
          let sum = 0;
          for (let token = 0; token < tokens; token++) {
            sum += values[(row * tokens + token) * width + column] as number;
          }
          output[row * width + column] = sum / tokens;
        }
      }
      return output;
    },
    backward(gradient, wantInput) {
      if (!wantInput) {
        return null;
      }
      const rows = gradient.length / width;
      const inputGradient = gradientBuffer(rows * tokens * width);
      for (let position = 0; position < inputGradient.length; position++) {
        const row = Math.floor(position / (tokens * width));
        inputGradient[position] = (gradient[row * width + (position % width)] as number) / tokens;
      }
      return inputGradient;
    },
  };
}

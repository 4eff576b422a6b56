import { createScratchBuffer, rowSize } from '@ztw/core/runtime';
import { adaptiveWindows, type LayerKinds } from '@ztw/heads';
import type { LayerContext, LayerRunner } from './layer-runner.ts';

/**
 * `[C, H, W]` -> `[2, C, h, w]`: adaptive maxima first, averages second.
 * The gradient of a maximum goes to the first position that reaches it, in row-major order, as in PyTorch.
 */
export function adaptivePoolsRunner(
  { outputSize }: Pick<LayerKinds['adaptive-pools'], 'outputSize'>,
  { inputShape }: Pick<LayerContext, 'inputShape'>,
): LayerRunner {
  const [channels, height, width] = inputShape as [number, number, number];
  const [outHeight, outWidth] = outputSize;
  const windows = windowsOf(height, width, outHeight, outWidth);
  const outPositions = outHeight * outWidth;
  const half = channels * outPositions;
  const outputBuffer = createScratchBuffer();
  const gradientBuffer = createScratchBuffer();
  let maxima = new Int32Array(0);
  return {
    forward(input) {
      const values = input.values();
      const output = outputBuffer(input.rows * 2 * half);
      if (maxima.length < input.rows * half) {
        maxima = new Int32Array(input.rows * half);
      }
      for (let plane = 0; plane < input.rows * channels; plane++) {
        const row = Math.floor(plane / channels);
        const source = plane * height * width;
        const target = plane * outPositions + row * half; // after the averages of the previous rows
        for (let position = 0; position < outPositions; position++) {
          const base = position * 4;
          const top = windows[base] as number;
          const bottom = windows[base + 1] as number;
          const left = windows[base + 2] as number;
          const right = windows[base + 3] as number;
          let argMax = source + top * width + left;
          let maximum = values[argMax] as number;
          let sum = 0;
          for (let y = top; y < bottom; y++) {
            for (let index = source + y * width + left; index < source + y * width + right; index++) {
              const value = values[index] as number;
              sum += value;
              if (value > maximum || Number.isNaN(value)) {
                maximum = value;
                argMax = index;
              }
            }
          }
          output[target + position] = maximum;
          output[target + half + position] = sum / ((bottom - top) * (right - left));
          maxima[plane * outPositions + position] = argMax;
        }
      }
      return output;
    },
    backward(gradient, wantInput) {
      if (!wantInput) {
        return null;
      }
      const rows = gradient.length / (2 * half);
      const inputGradient = gradientBuffer(rows * rowSize(inputShape)).fill(0);
      for (let plane = 0; plane < rows * channels; plane++) {
        const row = Math.floor(plane / channels);
        const source = plane * height * width;
        const target = plane * outPositions + row * half;
        for (let position = 0; position < outPositions; position++) {
          const base = position * 4;
          const top = windows[base] as number;
          const bottom = windows[base + 1] as number;
          const left = windows[base + 2] as number;
          const right = windows[base + 3] as number;
          const share = (gradient[target + half + position] as number) / ((bottom - top) * (right - left));
          for (let y = top; y < bottom; y++) {
            for (let index = source + y * width + left; index < source + y * width + right; index++) {
              inputGradient[index] = (inputGradient[index] as number) + share;
            }
          }
          const argMax = maxima[plane * outPositions + position] as number;
          inputGradient[argMax] = (inputGradient[argMax] as number) + (gradient[target + position] as number);
        }
      }
      return inputGradient;
    },
  };
}

/** Top, bottom, left and right (ends exclusive) of every output position's window. */
function windowsOf(height: number, width: number, outHeight: number, outWidth: number): Int32Array {
  const across = adaptiveWindows(width, outWidth);
  const windows = adaptiveWindows(height, outHeight).flatMap((rows) =>
    across.flatMap((columns) => [rows.start, rows.end, columns.start, columns.end]),
  );
  return Int32Array.from(windows);
}

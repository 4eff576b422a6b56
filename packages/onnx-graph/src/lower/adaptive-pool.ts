// Writes adaptive pooling, which ONNX lacks.
// Often its windows equal those of a plain pool with padding, which counts neither in a maximum nor in a mean.
// Otherwise the average is a product with two constant matrices. The maximum is then a plain pool over
// gathered lines, some of them repeated, so that all windows have the size of the largest.

import { adaptiveWindows, slidingWindow } from '@ztw/heads';
import { intAttribute, intsAttribute } from '../graph/build.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import type { Value } from './value.ts';

/** `[C, H, W]` -> `[C, h, w]`: the mean of each window. */
export function lowerAdaptiveAverage(
  builder: GraphBuilder,
  value: Value,
  outputSize: readonly [number, number],
): Value {
  const [channels = 0, height = 0, width = 0] = value.shape;
  const [outHeight, outWidth] = outputSize;
  const shape = [channels, outHeight, outWidth];
  const plain = lowerPlainPool(builder, value, outputSize, 'Average');
  if (plain !== null) return plain === value.name ? value : { name: plain, shape };
  const columns = builder.floats('head/columnMeans', [width, outWidth], averagingMatrix(width, outWidth, true));
  const rows = builder.floats('head/rowMeans', [outHeight, height], averagingMatrix(height, outHeight, false));
  const narrowed = builder.apply('MatMul', [value.name, columns]);
  return { name: builder.apply('MatMul', [rows, narrowed]), shape };
}

/** `[C, H, W]` -> `[C, h, w]`: the maximum of each window. */
export function lowerAdaptiveMaximum(
  builder: GraphBuilder,
  value: Value,
  outputSize: readonly [number, number],
): Value {
  const [channels = 0, height = 0, width = 0] = value.shape;
  const [outHeight, outWidth] = outputSize;
  const shape = [channels, outHeight, outWidth];
  const plain = lowerPlainPool(builder, value, outputSize, 'Max');
  if (plain !== null) return plain === value.name ? value : { name: plain, shape };
  const vertical = repeatedLines(height, outHeight);
  const horizontal = repeatedLines(width, outWidth);
  const tall = gather(builder, value.name, 2, vertical.lines);
  const wide = gather(builder, tall, 3, horizontal.lines);
  const kernel = [vertical.windowSize, horizontal.windowSize];
  const pooling = [intsAttribute('kernel_shape', kernel), intsAttribute('strides', kernel)];
  return { name: builder.apply('MaxPool', [wide], pooling), shape };
}

/** Name of the pooled tensor where a plain pool is equivalent; null otherwise. */
function lowerPlainPool(
  builder: GraphBuilder,
  { name, shape }: Value,
  [outHeight, outWidth]: readonly [number, number],
  kind: 'Average' | 'Max',
): string | null {
  const [, height = 0, width = 0] = shape;
  if (outHeight === 1 && outWidth === 1) return builder.apply(`Global${kind}Pool`, [name]);
  const vertical = slidingWindow(height, outHeight);
  const horizontal = slidingWindow(width, outWidth);
  if (vertical === null || horizontal === null) return null;
  const kernel = [vertical.size, horizontal.size];
  if (kernel.every((size) => size === 1)) return name;
  const pads = [vertical.before, horizontal.before, vertical.after, horizontal.after];
  return builder.apply(
    `${kind}Pool`,
    [name],
    [
      intsAttribute('kernel_shape', kernel),
      intsAttribute('strides', [vertical.stride, horizontal.stride]),
      ...(pads.some((pad) => pad > 0) ? [intsAttribute('pads', pads)] : []),
    ],
  );
}

/** `[size, count]` if transposed, else `[count, size]`: one window per column or row, with weights that sum to 1. */
function averagingMatrix(size: number, count: number, transposed: boolean): Float32Array {
  const matrix = new Float32Array(size * count);
  for (const [index, { start, end }] of adaptiveWindows(size, count).entries()) {
    for (let line = start; line < end; line++) {
      matrix[transposed ? line * count + index : index * size + line] = 1 / (end - start);
    }
  }
  return matrix;
}

/** Lines to gather so that all windows have one size. A short window repeats its last line. */
function repeatedLines(
  size: number,
  count: number,
): { readonly lines: readonly number[]; readonly windowSize: number } {
  const windows = adaptiveWindows(size, count);
  const windowSize = Math.max(...windows.map(({ start, end }) => end - start));
  const offsets = Array.from({ length: windowSize }, (_unused, offset) => offset);
  return {
    lines: windows.flatMap(({ start, end }) => offsets.map((offset) => Math.min(start + offset, end - 1))),
    windowSize,
  };
}

function gather(builder: GraphBuilder, name: string, axis: number, lines: readonly number[]): string {
  if (lines.every((line, index) => line === index)) return name;
  const indices = builder.integers('head/lines', [lines.length], lines);
  return builder.apply('Gather', [name, indices], [intAttribute('axis', axis)]);
}

import type { RowShape } from '@ztw/core';
import { rowSize } from '@ztw/core/runtime';
import * as v from 'valibot';
import { count, size, text } from './fields.ts';
import { kaimingUniform } from './initial-values.ts';
import type { LayerDefinition, LayerExecution, RowValues } from './layer-definition.ts';
import { misfit, sizesOf } from './shape-checks.ts';

/** Parameters: `${name}.weight` `[outChannels, inChannels, kernel, kernel]`, `${name}.bias` `[outChannels]`. */
export interface Conv2dLayer {
  readonly kind: 'conv2d';
  readonly name: string;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: number;
  readonly stride: number;
  /** Zero padding on all four sides, in pixels; always explicit, never "same". */
  readonly padding: number;
}

export const conv2d: LayerDefinition<Conv2dLayer> = {
  fields: {
    kind: v.literal('conv2d'),
    name: text,
    inChannels: size,
    outChannels: size,
    kernelSize: size,
    stride: size,
    padding: count,
  },
  outputShape(layer, shape) {
    const [channels, height, width] = sizesOf(layer, shape, 3, '[channels, height, width]');
    if (channels !== layer.inChannels) throw misfit(layer, shape, `${layer.inChannels} channels`);
    const outHeight = convolvedSize(layer, height);
    const outWidth = convolvedSize(layer, width);
    if (outHeight < 1 || outWidth < 1) {
      const least = layer.kernelSize - 2 * layer.padding;
      throw misfit(layer, shape, `a map of at least ${least} by ${least}`);
    }
    return [layer.outChannels, outHeight, outWidth];
  },
  parameters({ inChannels, outChannels, kernelSize }) {
    const initial = kaimingUniform(inChannels * kernelSize * kernelSize);
    return {
      weight: { shape: [outChannels, inChannels, kernelSize, kernelSize], initial },
      bias: { shape: [outChannels], initial },
    };
  },
  macs: ({ inChannels, kernelSize }, outputShape) => rowSize(outputShape) * inChannels * kernelSize * kernelSize,
  execute: convolve,
  write: ({ stride, padding }, value, { writer, parameter, outputShape }) =>
    writer.convolution(value, {
      weight: parameter('weight'),
      bias: parameter('bias'),
      stride,
      padding,
      outputShape,
    }),
};

/** Height or width after a convolution: `floor((size + 2 padding - kernel) / stride) + 1`. */
export function convolvedSize(layer: Pick<Conv2dLayer, 'kernelSize' | 'stride' | 'padding'>, side: number): number {
  return Math.floor((side + 2 * layer.padding - layer.kernelSize) / layer.stride) + 1;
}

/** Cross-correlation with zero padding, `[inChannels, H, W]` -> `[outChannels, h, w]`. */
function convolve(
  { inChannels, kernelSize, stride, padding }: Conv2dLayer,
  { rows, shape, data }: RowValues,
  { outputShape, parameter }: LayerExecution,
): Float32Array {
  const [, height, width] = shape as RowShape & readonly [number, number, number];
  const [outChannels, outHeight, outWidth] = outputShape as RowShape & readonly [number, number, number];
  const weight = parameter('weight');
  const bias = parameter('bias');

  /** One output value: the window whose first row and column (in unpadded coordinates) are `top` and `left`. */
  function windowSum(row: number, outChannel: number, top: number, left: number): number {
    let sum = bias[outChannel] as number;
    for (let channel = 0; channel < inChannels; channel++) {
      for (let y = Math.max(0, -top); y < kernelSize && top + y < height; y++) {
        for (let x = Math.max(0, -left); x < kernelSize && left + x < width; x++) {
          const value = data[((row * inChannels + channel) * height + top + y) * width + left + x] as number;
          const tap = weight[((outChannel * inChannels + channel) * kernelSize + y) * kernelSize + x] as number;
          sum += value * tap;
        }
      }
    }
    return sum;
  }

  const output = new Float32Array(rows * outChannels * outHeight * outWidth);
  let position = 0;
  for (let row = 0; row < rows; row++) {
    for (let outChannel = 0; outChannel < outChannels; outChannel++) {
      for (let y = 0; y < outHeight; y++) {
        for (let x = 0; x < outWidth; x++) {
          output[position++] = windowSum(row, outChannel, y * stride - padding, x * stride - padding);
        }
      }
    }
  }
  return output;
}

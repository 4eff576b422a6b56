import type { Conv2dLayer, HeadParameters } from '../../contract/head.ts';
import { InvalidInputError } from '../../errors/errors.ts';
import { parameterValues, type RowValues, shapeOfRank } from './row-values.ts';

/** Cross-correlation with zero padding, `[inChannels, H, W]` -> `[outChannels, h, w]`. */
export function conv2d(layer: Conv2dLayer, parameters: HeadParameters, values: RowValues): RowValues {
  const { rows, data } = values;
  const { inChannels, outChannels, kernelSize, stride, padding } = layer;
  const [channels, height, width] = shapeOfRank(values.shape, 3, layer.name);
  if (channels !== inChannels) {
    throw new InvalidInputError(`Expected ${inChannels} channels at the layer "${layer.name}", received ${channels}.`);
  }
  const weight = parameterValues(parameters, `${layer.name}.weight`, [outChannels, inChannels, kernelSize, kernelSize]);
  const bias = parameterValues(parameters, `${layer.name}.bias`, [outChannels]);
  const outHeight = Math.floor((height + 2 * padding - kernelSize) / stride) + 1;
  const outWidth = Math.floor((width + 2 * padding - kernelSize) / stride) + 1;
  if (outHeight < 1 || outWidth < 1) {
    throw new InvalidInputError(
      `Expected a map of at least ${kernelSize} by ${kernelSize} with its padding at the layer "${layer.name}", received ${height} by ${width}.`,
    );
  }

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
  return { rows, shape: [outChannels, outHeight, outWidth], data: output };
}

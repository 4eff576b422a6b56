import type { Activation, ConvolutionGeometry } from '@ztw/core';
import { type Conv2dLayer, createScratchBuffer, InvalidModelError, rowSize } from '@ztw/core';
import type { LayerContext, LayerRunner } from './layer-runner.ts';

/** `[inChannels, H, W]` -> `[outChannels, h, w]`, zero-padded, with bias. */
export function conv2dRunner(layer: Conv2dLayer, { inputShape, parameters, kernels }: LayerContext): LayerRunner {
  const geometry = convolutionGeometry(layer, inputShape);
  const { inChannels, outChannels, kernelSize, outHeight, outWidth } = geometry;
  const positions = outHeight * outWidth;
  const weight = parameters.slot(`${layer.name}.weight`, outChannels * inChannels * kernelSize * kernelSize);
  const bias = parameters.slot(`${layer.name}.bias`, outChannels);
  const outputBuffer = createScratchBuffer();
  const gradientBuffer = createScratchBuffer();
  let input: Activation | null = null;
  return {
    outputShape: [outChannels, outHeight, outWidth],
    forward(activation) {
      input = activation;
      const output = outputBuffer(activation.rows * outChannels * positions);
      kernels.convolve(activation, weight.value, geometry, output);
      for (let plane = 0; plane < activation.rows * outChannels; plane++) {
        const shift = bias.value[plane % outChannels] as number;
        for (let index = plane * positions; index < (plane + 1) * positions; index++) {
          output[index] = (output[index] as number) + shift;
        }
      }
      return output;
    },
    backward(gradient, wantInput) {
      if (input === null) {
        return null;
      }
      kernels.convolutionFilterGradient(input, gradient, geometry, weight.gradient);
      bias.gradient.fill(0);
      for (let plane = 0; plane < input.rows * outChannels; plane++) {
        let sum = 0;
        for (let index = plane * positions; index < (plane + 1) * positions; index++) {
          sum += gradient[index] as number;
        }
        const channel = plane % outChannels;
        bias.gradient[channel] = (bias.gradient[channel] as number) + sum;
      }
      if (!wantInput) {
        return null;
      }
      const inputGradient = gradientBuffer(input.rows * rowSize(inputShape));
      kernels.convolutionInputGradient(weight.value, gradient, input.rows, geometry, inputGradient);
      return inputGradient;
    },
  };
}

function convolutionGeometry(layer: Conv2dLayer, inputShape: readonly number[]): ConvolutionGeometry {
  const { inChannels, outChannels, kernelSize, stride, padding } = layer;
  const [channels, height, width] = inputShape;
  if (inputShape.length !== 3 || channels !== inChannels) {
    throw new InvalidModelError(
      `The layer "${layer.name}" wants rows of [${inChannels}, height, width], but gets [${inputShape.join(', ')}].`,
    );
  }
  const outSize = (size: number): number => Math.floor((size + 2 * padding - kernelSize) / stride) + 1;
  const geometry: ConvolutionGeometry = {
    inChannels,
    outChannels,
    kernelSize,
    stride,
    padding,
    height: height as number,
    width: width as number,
    outHeight: outSize(height as number),
    outWidth: outSize(width as number),
  };
  if (geometry.outHeight < 1 || geometry.outWidth < 1) {
    throw new InvalidModelError(
      `The map ${height}x${width} is smaller than the ${kernelSize}x${kernelSize} kernel of the layer "${layer.name}". ` +
        'Add padding or choose another head.',
    );
  }
  return geometry;
}

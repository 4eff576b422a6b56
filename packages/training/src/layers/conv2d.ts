import { type Activation, createScratchBuffer, rowSize } from '@ztw/core/runtime';
import type { LayerKinds } from '@ztw/heads';
import type { LayerContext, LayerRunner } from './layer-runner.ts';

/** `[inChannels, H, W]` -> `[outChannels, h, w]`, zero-padded, with bias. */
export function conv2dRunner(
  layer: LayerKinds['conv2d'],
  { inputShape, outputShape, parameter, kernels }: LayerContext,
): LayerRunner {
  const { inChannels, outChannels, kernelSize, stride, padding } = layer;
  const [, height, width] = inputShape as [number, number, number];
  const [, outHeight, outWidth] = outputShape as [number, number, number];
  const geometry = { inChannels, outChannels, kernelSize, stride, padding, height, width, outHeight, outWidth };
  const positions = outHeight * outWidth;
  const weight = parameter('weight');
  const bias = parameter('bias');
  const outputBuffer = createScratchBuffer();
  const gradientBuffer = createScratchBuffer();
  let input: Activation | null = null;
  return {
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

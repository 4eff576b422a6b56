import { type Activation, createScratchBuffer, transposeInto } from '@ztw/core/runtime';
import type { LayerKinds } from '@ztw/heads';
import type { LayerContext, LayerRunner } from './layer-runner.ts';

/** `W x + b` */
export function denseRunner(layer: LayerKinds['dense'], { parameter, kernels }: LayerContext): LayerRunner {
  const { inFeatures, outFeatures } = layer;
  const weight = parameter('weight');
  const bias = parameter('bias');
  const transposedWeight = new Float32Array(outFeatures * inFeatures);
  const transposedGradient = createScratchBuffer();
  let input: Activation | null = null;
  return {
    forward(activation) {
      input = activation;
      transposeInto(transposedWeight, weight.value, 1, outFeatures, inFeatures);
      const output = kernels.matMul(activation.values(), transposedWeight, activation.rows, inFeatures, outFeatures);
      for (let index = 0; index < output.length; index++) {
        output[index] = (output[index] as number) + (bias.value[index % outFeatures] as number);
      }
      return output;
    },
    backward(gradient, wantInput) {
      if (input === null) {
        return null;
      }
      const { rows } = input;
      const gradientByOutput = transposedGradient(gradient.length); // [outFeatures, rows]
      transposeInto(gradientByOutput, gradient, 1, rows, outFeatures);
      weight.gradient.set(kernels.matMul(gradientByOutput, input.values(), outFeatures, rows, inFeatures));
      for (let unit = 0; unit < outFeatures; unit++) {
        let sum = 0;
        for (let index = unit * rows; index < (unit + 1) * rows; index++) {
          sum += gradientByOutput[index] as number;
        }
        bias.gradient[unit] = sum;
      }
      return wantInput ? kernels.matMul(gradient, weight.value, rows, outFeatures, inFeatures) : null;
    },
  };
}

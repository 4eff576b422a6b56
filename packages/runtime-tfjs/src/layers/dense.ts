import { type DenseLayer, InvalidModelError, rowSize } from '@ztw/core';
import { createScratchBuffer } from '../numeric/scratch-buffer.ts';
import { transposeInto } from '../numeric/transpose.ts';
import type { Activation } from './activation.ts';
import type { LayerContext, LayerRunner } from './layer-runner.ts';

/** `W x + b` for every vector along the last axis. */
export function denseRunner(layer: DenseLayer, { inputShape, parameters, kernels }: LayerContext): LayerRunner {
  const { inFeatures, outFeatures } = layer;
  if (inputShape.at(-1) !== inFeatures) {
    throw new InvalidModelError(
      `The layer "${layer.name}" wants ${inFeatures} features, but gets rows of [${inputShape.join(', ')}].`,
    );
  }
  const vectorsPerRow = rowSize(inputShape) / inFeatures;
  const weight = parameters.slot(`${layer.name}.weight`, outFeatures * inFeatures);
  const bias = parameters.slot(`${layer.name}.bias`, outFeatures);
  const transposedWeight = new Float32Array(outFeatures * inFeatures);
  const transposedGradient = createScratchBuffer();
  let input: Activation | null = null;
  return {
    outputShape: [...inputShape.slice(0, -1), outFeatures],
    forward(activation) {
      input = activation;
      const vectors = activation.rows * vectorsPerRow;
      transposeInto(transposedWeight, weight.value, 1, outFeatures, inFeatures);
      const output = kernels.matMul(activation.values(), transposedWeight, vectors, inFeatures, outFeatures);
      for (let index = 0; index < output.length; index++) {
        output[index] = (output[index] as number) + (bias.value[index % outFeatures] as number);
      }
      return output;
    },
    backward(gradient, wantInput) {
      if (input === null) {
        return null;
      }
      const vectors = input.rows * vectorsPerRow;
      const gradientByOutput = transposedGradient(gradient.length); // [outFeatures, vectors]
      transposeInto(gradientByOutput, gradient, 1, vectors, outFeatures);
      weight.gradient.set(kernels.matMul(gradientByOutput, input.values(), outFeatures, vectors, inFeatures));
      for (let unit = 0; unit < outFeatures; unit++) {
        let sum = 0;
        for (let vector = unit * vectors; vector < (unit + 1) * vectors; vector++) {
          sum += gradientByOutput[vector] as number;
        }
        bias.gradient[unit] = sum;
      }
      return wantInput ? kernels.matMul(gradient, weight.value, vectors, outFeatures, inFeatures) : null;
    },
  };
}

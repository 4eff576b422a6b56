import { InvalidModelError, type MixedPoolLayer, type PoolMixLayer, rowSize } from '@ztw/core';
import { createScratchBuffer } from '../numeric/scratch-buffer.ts';
import { type Activation, activationOf } from './activation.ts';
import { adaptivePoolsRunner } from './adaptive-pools.ts';
import type { LayerContext, LayerRunner } from './layer-runner.ts';

/** `[2, C, h, w]` -> `[C, h, w]`: `alpha * maxima + (1 - alpha) * averages`. */
export function poolMixRunner(layer: PoolMixLayer, { inputShape, parameters }: LayerContext): LayerRunner {
  if (inputShape.length !== 4 || inputShape[0] !== 2) {
    throw new InvalidModelError(
      `The layer "${layer.name}" wants rows of [2, channels, height, width], but gets [${inputShape.join(', ')}].`,
    );
  }
  const outputShape = inputShape.slice(1);
  const half = rowSize(outputShape);
  const alpha = parameters.slot(`${layer.name}.alpha`, 1);
  const outputBuffer = createScratchBuffer();
  const gradientBuffer = createScratchBuffer();
  let input: Activation | null = null;
  return {
    outputShape,
    forward(activation) {
      input = activation;
      const values = activation.values();
      const output = outputBuffer(activation.rows * half);
      const ofMaximum = alpha.value[0] as number;
      const ofAverage = 1 - ofMaximum;
      for (let row = 0; row < activation.rows; row++) {
        const maxima = row * 2 * half;
        const averages = maxima + half;
        const target = row * half;
        for (let index = 0; index < half; index++) {
          output[target + index] =
            ofMaximum * (values[maxima + index] as number) + ofAverage * (values[averages + index] as number);
        }
      }
      return output;
    },
    backward(gradient, wantInput) {
      if (input === null) {
        return null;
      }
      const { rows } = input;
      const values = input.values();
      let sum = 0;
      for (let row = 0; row < rows; row++) {
        const maxima = row * 2 * half;
        const averages = maxima + half;
        const source = row * half;
        for (let index = 0; index < half; index++) {
          sum +=
            (gradient[source + index] as number) *
            ((values[maxima + index] as number) - (values[averages + index] as number));
        }
      }
      alpha.gradient[0] = sum;
      if (!wantInput) {
        return null;
      }
      const ofMaximum = alpha.value[0] as number;
      const inputGradient = gradientBuffer(rows * 2 * half);
      for (let row = 0; row < rows; row++) {
        const maxima = row * 2 * half;
        for (let index = 0; index < half; index++) {
          const value = gradient[row * half + index] as number;
          inputGradient[maxima + index] = ofMaximum * value;
          inputGradient[maxima + half + index] = (1 - ofMaximum) * value;
        }
      }
      return inputGradient;
    },
  };
}

/** A mixed pool is its two halves, one after the other; to the size that the map has already, it is nothing. */
export function mixedPoolRunner(layer: MixedPoolLayer, context: LayerContext): LayerRunner {
  const [, height, width] = context.inputShape;
  if (height === layer.outputSize[0] && width === layer.outputSize[1]) {
    return unpooledRunner(layer, context);
  }
  const pools = adaptivePoolsRunner(layer.outputSize, context);
  const mix = poolMixRunner({ kind: 'pool-mix', name: layer.name }, { ...context, inputShape: pools.outputShape });
  return {
    outputShape: mix.outputShape,
    forward: (input, previousLogits) =>
      mix.forward(activationOf(pools.forward(input, previousLogits), input.rows, pools.outputShape), previousLogits),
    backward(gradient, wantInput) {
      const pooled = mix.backward(gradient, wantInput);
      return pooled === null ? null : pools.backward(pooled, wantInput);
    },
  };
}

/** Windows of one value: maximum and average are that value, so alpha makes no difference and has no gradient. */
function unpooledRunner(layer: MixedPoolLayer, { inputShape, parameters }: LayerContext): LayerRunner {
  const alpha = parameters.slot(`${layer.name}.alpha`, 1);
  return {
    outputShape: inputShape,
    forward: (input) => input.values(),
    backward(gradient, wantInput) {
      alpha.gradient[0] = 0;
      return wantInput ? gradient : null;
    },
  };
}

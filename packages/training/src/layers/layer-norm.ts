import { InvalidModelError } from '@ztw/core';
import type { LayerNormLayer } from '@ztw/heads';
import type { LayerContext, LayerRunner } from './layer-runner.ts';
import { createVectorNorm } from './vector-norm.ts';

/** Layer normalisation of the last axis. */
export function layerNormRunner(layer: LayerNormLayer, context: LayerContext): LayerRunner {
  const { inputShape } = context;
  if (inputShape.at(-1) !== layer.size) {
    throw new InvalidModelError(
      `The layer "${layer.name}" normalises ${layer.size} values, but gets rows of [${inputShape.join(', ')}].`,
    );
  }
  const norm = createVectorNorm(layer, layer.size, context);
  return {
    outputShape: inputShape,
    forward: (input) => norm.forward(input.values()),
    backward: (gradient, wantInput) => norm.backward(gradient, wantInput),
  };
}

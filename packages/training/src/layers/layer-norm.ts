import type { LayerKinds } from '@ztw/heads';
import type { LayerContext, LayerRunner } from './layer-runner.ts';
import { createVectorNorm } from './vector-norm.ts';

/** Layer normalisation of the last axis. */
export function layerNormRunner(layer: LayerKinds['layer-norm'], context: LayerContext): LayerRunner {
  const norm = createVectorNorm(layer, layer.size, context);
  return {
    forward: (input) => norm.forward(input.values()),
    backward: (gradient, wantInput) => norm.backward(gradient, wantInput),
  };
}

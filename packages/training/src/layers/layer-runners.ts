// The table of layer runners: one per layer kind.

import type { RowShape } from '@ztw/core';
import { type MathKernels, rowSize } from '@ztw/core/runtime';
import { callForLayer, type HeadLayer, headShapes, type LayerTable, parameterName, parameterShapes } from '@ztw/heads';
import { adaptivePoolsRunner } from './adaptive-pools.ts';
import { cascadeRunner } from './cascade.ts';
import { conv2dRunner } from './conv2d.ts';
import { denseRunner } from './dense.ts';
import { geluRunner } from './gelu.ts';
import { layerNormRunner } from './layer-norm.ts';
import type { LayerContext, LayerRunner } from './layer-runner.ts';
import { channelsFirstRunner, flattenRunner, meanTokensRunner, takeTokenRunner } from './layout-layers.ts';
import type { ParameterBlock, ParameterSlot } from './parameter-block.ts';
import { mixedPoolRunner, poolMixRunner } from './pool-mix.ts';
import { reluRunner } from './relu.ts';

const runners: LayerTable<LayerContext, LayerRunner> = {
  relu: reluRunner,
  gelu: geluRunner,
  'channels-first': channelsFirstRunner,
  conv2d: conv2dRunner,
  'mixed-pool': mixedPoolRunner,
  'adaptive-pools': adaptivePoolsRunner,
  'pool-mix': poolMixRunner,
  flatten: flattenRunner,
  'take-token': takeTokenRunner,
  'mean-tokens': meanTokensRunner,
  'layer-norm': layerNormRunner,
  cascade: cascadeRunner,
  dense: denseRunner,
};

/** A layer's runner and the shape of its output rows. */
export interface BoundLayer {
  readonly runner: LayerRunner;
  readonly outputShape: RowShape;
}

/**
 * Binds layers to their shapes, their parameters and the kernels that run them.
 * @throws InvalidModelError for layers that do not match each other or the parameters.
 */
export function bindLayers(
  layers: readonly HeadLayer[],
  inputShape: RowShape,
  parameters: ParameterBlock,
  kernels: MathKernels,
): readonly BoundLayer[] {
  const shapes = headShapes({ inputShape, layers });
  return layers.map((layer, index) => {
    const outputShape = shapes[index] ?? inputShape;
    const context: LayerContext = {
      inputShape: shapes[index - 1] ?? inputShape,
      outputShape,
      kernels,
      parameter: (name) => slotOf(layer, name, parameters),
    };
    return { runner: callForLayer(runners, layer, context), outputShape };
  });
}

function slotOf(layer: HeadLayer, name: string, parameters: ParameterBlock): ParameterSlot {
  const fullName = parameterName(layer, name);
  return parameters.slot(fullName, rowSize(parameterShapes({ layers: [layer] })[fullName] ?? []));
}

import { UnsupportedModelError } from '@ztw/core';
import type { LayersModelLike, LayerUse, SymbolicTensorLike } from './layers-model.ts';

/**
 * Row shape of a tensor of a model's graph.
 * @throws UnsupportedModelError where a size is open.
 */
export function fixedShape(model: LayersModelLike, { shape, sourceLayer }: SymbolicTensorLike): readonly number[] {
  return shape.slice(1).map((size) => {
    // TensorFlow.js leaves the -1 of a Reshape in its shapes.
    if (size === null || size < 0) {
      throw new UnsupportedModelError(
        `Layer "${sourceLayer.name}" of "${model.name}" has rows of [${shape.slice(1).join(', ')}]; all sizes but the number of rows must be fixed.`,
      );
    }
    return size;
  });
}

/** @throws UnsupportedModelError for a layer that keeps its channels first. */
export function refuseChannelsFirst({ layer }: LayerUse): void {
  const { dataFormat } = layer.getConfig() as { readonly dataFormat?: string };
  if (dataFormat === 'channelsFirst') {
    throw new UnsupportedModelError(`Layer "${layer.name}" keeps its channels first; only channels last is supported.`);
  }
}

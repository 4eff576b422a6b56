import { UnsupportedModelError } from '@ztw/core';
import type { LayersModelLike, LayerUse, SymbolicTensorLike } from './layers-model.ts';

/**
 * The row shape of a tensor in a model's graph.
 * @throws UnsupportedModelError where a size is open.
 */
export function fixedShape(model: LayersModelLike, { shape, sourceLayer }: SymbolicTensorLike): readonly number[] {
  return shape.slice(1).map((size) => {
    // TensorFlow.js keeps the -1 of a Reshape in its shapes.
    if (size === null || size < 0) {
      throw new UnsupportedModelError(
        `Expected fixed sizes in layer "${sourceLayer.name}" of "${model.name}"; received rows of [${shape.slice(1).join(', ')}]. ` +
          'All sizes but the number of rows must be fixed: build the model with an inputShape.',
        { received: shape.slice(1), path: sourceLayer.name },
      );
    }
    return size;
  });
}

/** @throws UnsupportedModelError for a layer whose data format is channels first. */
export function refuseChannelsFirst({ layer }: LayerUse): void {
  const { dataFormat } = layer.getConfig() as { readonly dataFormat?: string };
  if (dataFormat === 'channelsFirst') {
    throw new UnsupportedModelError(
      `Expected channels last in layer "${layer.name}"; received channels first. Build the model with the data format channelsLast.`,
      { expected: 'channelsLast', received: dataFormat, path: layer.name },
    );
  }
}

import { UnsupportedModelError } from '@ztw/core';
import { rowSize } from '@ztw/core/runtime';
import type { LayerLike } from './layers-model.ts';

/**
 * MACs per row of one use of a layer. Only conv and matmul count, as for every network.
 * @param outputShape Row shape in memory, channels last.
 * @throws UnsupportedModelError for a layer with matrices whose cost is unknown.
 */
export function layerMacs(layer: LayerLike, inputShape: readonly number[], outputShape: readonly number[]): number {
  const [first, second] = layer.weights.map(({ shape }) => shape.map((size) => size ?? 1));
  const channels = outputShape.at(-1) ?? 1;
  const positions = rowSize(outputShape) / channels;
  switch (layer.getClassName()) {
    case 'Dense':
    case 'Conv1D':
    case 'Conv2D':
    case 'DepthwiseConv2D':
      return positions * rowSize(first ?? []);
    case 'Conv2DTranspose':
      return (rowSize(inputShape) / (inputShape.at(-1) ?? 1)) * rowSize(first ?? []);
    case 'SeparableConv2D':
      return positions * (rowSize(first ?? []) + rowSize(second ?? []));
    case 'PReLU':
      return 0;
    default:
      if (layer.weights.some(({ shape }) => shape.length > 1)) {
        throw new UnsupportedModelError(
          `Expected a layer of known cost; received "${layer.name}" (${layer.getClassName()}), which has matrices. Supported with matrices ` +
            'are Dense, Conv1D, Conv2D, Conv2DTranspose, DepthwiseConv2D and SeparableConv2D.',
          { received: layer.getClassName(), path: layer.name },
        );
      }
      return 0;
  }
}

import type { HeadLayer, HeadSpecification, RowShape } from '@ztw/core';
import { headShapes } from './head-shapes.ts';

/**
 * Multiply-accumulates of a head per row: convolutions and dense layers only, without their biases, as the published
 * tables count. The logits that a cascade appends count as inputs of the dense layer after it.
 * @throws InvalidModelError where the layers do not fit together.
 */
export function headMacs(specification: Pick<HeadSpecification, 'inputShape' | 'layers'>): number {
  const shapes = headShapes(specification);
  return specification.layers.reduce((sum, layer, index) => sum + layerMacs(layer, shapes[index] ?? []), 0);
}

function layerMacs(layer: HeadLayer, outputShape: RowShape): number {
  if (layer.kind === 'dense') return layer.inFeatures * layer.outFeatures;
  if (layer.kind !== 'conv2d') return 0;
  const outputs = outputShape.reduce((product, size) => product * size, 1);
  return outputs * layer.inChannels * layer.kernelSize * layer.kernelSize;
}

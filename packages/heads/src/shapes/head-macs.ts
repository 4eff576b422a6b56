import type { HeadSpecification } from '../head.ts';
import { definitionOf } from '../layers/layer-kinds.ts';
import { headShapes } from './head-shapes.ts';

/**
 * Multiply-accumulates of a head per row: convolutions and dense layers only, without biases, as in the published
 * tables. The logits that a cascade appends count as inputs of the next dense layer.
 * @throws InvalidModelError if the layers do not fit together.
 */
export function headMacs(specification: Pick<HeadSpecification, 'inputShape' | 'layers'>): number {
  const shapes = headShapes(specification);
  return specification.layers.reduce(
    (sum, layer, index) => sum + (definitionOf(layer).macs?.(layer, shapes[index] ?? []) ?? 0),
    0,
  );
}

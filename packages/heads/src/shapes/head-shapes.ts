import type { RowShape } from '@ztw/core';
import type { HeadSpecification } from '../head.ts';
import { definitionOf } from '../layers/layer-kinds.ts';

/**
 * Row shape after each layer of a head, in order; the last one is that of the logits.
 * @throws InvalidModelError where a layer does not take what the one before it makes.
 */
export function headShapes(specification: Pick<HeadSpecification, 'inputShape' | 'layers'>): readonly RowShape[] {
  let shape = specification.inputShape;
  return specification.layers.map((layer) => {
    shape = definitionOf(layer).outputShape(layer, shape);
    return shape;
  });
}

import type { RowShape } from '@ztw/core';
import type { HeadSpecification } from '../head.ts';
import { definitionOf } from '../layers/layer-kinds.ts';

/**
 * Row shape after each layer of a head, in order. The last one is the shape of the logits.
 * @throws InvalidModelError if a layer does not accept the output of the previous layer.
 */
export function headShapes(specification: Pick<HeadSpecification, 'inputShape' | 'layers'>): readonly RowShape[] {
  let shape = specification.inputShape;
  return specification.layers.map((layer) => {
    shape = definitionOf(layer).outputShape(layer, shape);
    return shape;
  });
}

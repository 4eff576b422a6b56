import type { HeadSpecification } from '../head.ts';
import { definitionOf } from '../layers/layer-kinds.ts';

type Layers = Pick<HeadSpecification, 'layers'>;

/** Whether a head, or some of its layers, reads the logits of the IC before. */
export function hasCascade(head: Layers): boolean {
  return previousClasses(head) !== null;
}

/** Number of classes of the previous IC's logits that a head reads; null where it reads none. */
export function previousClasses({ layers }: Layers): number | null {
  for (const layer of layers) {
    const classes = definitionOf(layer).previousClasses?.(layer);
    if (classes !== undefined) return classes;
  }
  return null;
}

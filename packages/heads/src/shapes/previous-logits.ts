import type { HeadSpecification } from '../head.ts';
import { definitionOf } from '../layers/layer-kinds.ts';

type Layers = Pick<HeadSpecification, 'layers'>;

/** Whether a head, or a list of layers, reads the logits of the previous IC. */
export function hasCascade(head: Layers): boolean {
  return previousClasses(head) !== null;
}

/** Number of classes of the previous IC's logits that a head reads; null if it reads none. */
export function previousClasses({ layers }: Layers): number | null {
  for (const layer of layers) {
    const classes = definitionOf(layer).previousClasses?.(layer);
    if (classes !== undefined) return classes;
  }
  return null;
}

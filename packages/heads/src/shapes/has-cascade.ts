import type { HeadSpecification } from '../head.ts';
import { definitionOf } from '../layers/layer-kinds.ts';

/** Whether a head, or some of its layers, reads the logits `[classes]` of the IC before. */
export function hasCascade({ layers }: Pick<HeadSpecification, 'layers'>): boolean {
  return layers.some((layer) => definitionOf(layer).readsPreviousLogits === true);
}

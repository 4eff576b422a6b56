import type { Head } from '@ztw/core';
import { validateHead } from '@ztw/heads';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { lowerLayers } from './lower-layers.ts';
import { withoutLeadingRelu } from './without-leading-relu.ts';

/** Whether a head reads the logits of the classifier before it. */
export function readsPreviousLogits({ specification }: Head): boolean {
  return specification.layers.some(({ kind }) => kind === 'cascade');
}

/**
 * Writes a head into a graph.
 * @param features Name of the tensor `[rows, ...inputShape]`.
 * @param previousLogits Name of the tensor `[rows, classes]` of the classifier before, or null.
 * @param output Claimed name for the logits `[rows, classes]`.
 * @param isNonNegative Whether the features are known to be at least 0; a relu on them is then left out.
 * @throws InvalidModelError where layers, shapes and parameters do not fit together.
 */
export function lowerHead(
  builder: GraphBuilder,
  head: Head,
  features: string,
  previousLogits: string | null,
  output: string,
  isNonNegative = false,
): void {
  const { specification, parameters } = head;
  validateHead(specification);
  const lowering = { builder, parameters, previousLogits };
  const layers = isNonNegative ? withoutLeadingRelu(specification.layers) : specification.layers;
  const logits = lowerLayers(lowering, layers, { name: features, shape: specification.inputShape });
  builder.apply('Identity', [logits.name], [], output);
}

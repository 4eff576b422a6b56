import { type Head, validateHead, writeLayers } from '@ztw/heads';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { graphLayerWriter } from './graph-layer-writer.ts';
import { withoutLeadingRelu } from './without-leading-relu.ts';

/**
 * Writes a head into a graph.
 * @param features Name of the tensor `[rows, ...inputShape]`.
 * @param previousLogits Name of the previous classifier's logits `[rows, classes]`, or null.
 * @param output Claimed name for the logits `[rows, classes]`.
 * @param isNonNegative Whether the features are known to be at least 0; a leading relu is then omitted.
 * @throws InvalidModelError when layers, shapes and parameters do not fit together.
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
  const layers = isNonNegative ? withoutLeadingRelu(specification.layers) : specification.layers;
  const value = { name: features, shape: specification.inputShape };
  const logits = writeLayers(graphLayerWriter(builder, previousLogits), layers, parameters, value);
  builder.apply('Identity', [logits.name], [], output);
}

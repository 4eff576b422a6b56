import type { RowShape } from '@ztw/core';
import { type Head, hasCascade } from '@ztw/heads';
import { createGraphBuilder } from '../graph/graph-builder.ts';
import { lowerHead } from '../lower/lower-head.ts';
import { headFeaturesName, logitsName, portInfo, previousLogitsName } from './port-names.ts';

export interface EmitHeadOptions {
  /** Version of the default operator set. */
  readonly opset: number;
}

/**
 * Writes one head as an ONNX file with a dynamic batch. Inputs: `features` and, with a cascade, `previous_logits`.
 * Output: `logits`.
 * @throws InvalidModelError when layers, shapes and parameters do not fit together.
 */
export function emitHead(head: Head, { opset }: EmitHeadOptions): Uint8Array {
  const { inputShape, classes } = head.specification;
  const builder = createGraphBuilder(opset, [headFeaturesName, previousLogitsName, logitsName]);
  const cascades = hasCascade(head.specification);
  lowerHead(builder, head, headFeaturesName, cascades ? previousLogitsName : null, logitsName);
  const port = (name: string, rowShape: RowShape) => portInfo({ name, rowShape }, 'dynamic');
  return builder.finish({
    name: 'head',
    inputs: [port(headFeaturesName, inputShape), ...(cascades ? [port(previousLogitsName, [classes])] : [])],
    outputs: [port(logitsName, [classes])],
  });
}

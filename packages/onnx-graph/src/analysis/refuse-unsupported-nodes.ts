import { UnsupportedModelError } from '@ztw/core';
import type { ModelProto, NodeProto } from 'onnx-buf';
import type { GraphView } from '../graph/graph-view.ts';
import { countsMacs } from './count-macs.ts';

/** Operators that make values other than tensors. */
const sequenceOperators: ReadonlySet<string> = new Set([
  'SequenceConstruct',
  'SequenceEmpty',
  'SequenceInsert',
  'SequenceErase',
  'SequenceMap',
  'SplitToSequence',
  'Optional',
  'ZipMap',
]);

/**
 * @throws UnsupportedModelError naming the first node that writes a sequence, map or optional, or that hides convolutions or
 *   matrix products in an inner graph or function, where their cost cannot be seen.
 */
export function refuseUnsupportedNodes(model: ModelProto, view: GraphView): void {
  for (const { name, operator, proto } of view.nodes) {
    if (sequenceOperators.has(operator)) {
      throw new UnsupportedModelError(
        `node '${name}' (${operator}) makes a sequence, map or optional; only tensors are supported: export without it (for scikit-learn: zipmap=False)`,
      );
    }
    const hidden = hiddenCost(model, proto, 0);
    if (hidden !== null) {
      throw new UnsupportedModelError(
        `node '${name}' (${operator}) runs ${hidden} inside of it, whose cost cannot be seen; export without control flow, and inline functions (onnx.inliner.inline_local_functions)`,
      );
    }
  }
}

/** Deeper nesting than this is damage: functions cannot call themselves. */
const deepestNesting = 32;

/** The first operator with a cost within the inner graphs or the function of a node. */
function hiddenCost(model: ModelProto, node: NodeProto, depth: number): string | null {
  if (depth > deepestNesting) return 'functions that call each other in circles';
  for (const inner of innerNodes(model, node)) {
    if (countsMacs(inner.opType)) return inner.opType;
    const hidden = hiddenCost(model, inner, depth + 1);
    if (hidden !== null) return hidden;
  }
  return null;
}

function innerNodes({ functions }: ModelProto, node: NodeProto): readonly NodeProto[] {
  const body = functions.find(({ name, domain }) => name === node.opType && domain === node.domain)?.node ?? [];
  const graphs = node.attribute.flatMap(({ g, graphs }) => (g === undefined ? graphs : [g, ...graphs]));
  return [...body, ...graphs.flatMap((graph) => graph.node)];
}

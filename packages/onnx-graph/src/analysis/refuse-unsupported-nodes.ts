import { UnsupportedModelError } from '@ztw/core';
import type { ModelProto, NodeProto } from 'onnx-buf';
import type { GraphView } from '../graph/graph-view.ts';
import { countsMacs } from './count-macs.ts';

/** Operators that return values other than tensors. */
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
 * @throws UnsupportedModelError naming the first node that writes a sequence, map or optional, or that has convolutions
 *   or matrix products in an inner graph or function, where their cost cannot be counted.
 */
export function refuseUnsupportedNodes(model: ModelProto, view: GraphView): void {
  for (const { name, operator, proto } of view.nodes) {
    if (sequenceOperators.has(operator)) {
      throw new UnsupportedModelError(
        `node '${name}' (${operator}) returns a sequence, map or optional; only tensors are supported. Export without it (for scikit-learn: zipmap=False)`,
        { expected: 'tensors', received: operator, path: name },
      );
    }
    const hidden = hiddenCost(model, proto, 0);
    if (hidden !== null) {
      throw new UnsupportedModelError(
        `node '${name}' (${operator}) runs ${hidden} in an inner graph, where its cost cannot be counted; export without control flow, and inline functions (onnx.inliner.inline_local_functions)`,
        { received: hidden, path: name },
      );
    }
  }
}

/** Limit of the nesting. A deeper model is damaged, because ONNX functions cannot call themselves. */
const deepestNesting = 32;

/** The first operator with a cost in the inner graphs or the function of a node. */
function hiddenCost(model: ModelProto, node: NodeProto, depth: number): string | null {
  if (depth > deepestNesting) return 'functions that call each other recursively';
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

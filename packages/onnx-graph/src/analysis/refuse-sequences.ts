import { UnsupportedModelError } from '@ztw/core';
import type { GraphView } from '../graph/graph-view.ts';

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

/** @throws UnsupportedModelError naming the first node that writes a sequence, map or optional. */
export function refuseSequences(view: GraphView): void {
  const node = view.nodes.find(({ operator }) => sequenceOperators.has(operator));
  if (node === undefined) return;
  throw new UnsupportedModelError(
    `node '${node.name}' (${node.operator}) makes a sequence, map or optional; only tensors are supported: export without it (for scikit-learn: zipmap=False)`,
  );
}

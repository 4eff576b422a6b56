import { type TensorProto, TensorProto_DataType } from 'onnx-buf';
import type { GraphNode, GraphView } from '../graph/graph-view.ts';
import { elementCount, tensorDims } from '../model/tensor.ts';
import type { FactsByName } from './tensor-facts.ts';

/**
 * Number of stored weights that the given nodes need. A shared weight counts once.
 * Scalars and int64, bool and string tensors do not count.
 */
export function countParameters(view: GraphView, facts: FactsByName, nodes: readonly GraphNode[]): number {
  const seen = new Set<string>();
  const stored = new Set<TensorProto>();
  const visit = (name: string): void => {
    if (seen.has(name) || facts.get(name)?.flow === 'data') return;
    seen.add(name);
    const initialiser = view.initialisers.get(name);
    if (initialiser !== undefined) stored.add(initialiser);
    const producer = view.producers.get(name);
    const constant = producer?.operator === 'Constant' ? producer.proto.attribute[0]?.t : undefined;
    if (constant !== undefined) stored.add(constant);
    else producer?.reads.forEach(visit);
  };
  for (const node of nodes) node.reads.forEach(visit);
  let count = 0;
  for (const tensor of stored) if (isWeight(tensor)) count += elementCount(tensorDims(tensor));
  return count;
}

const noWeights: ReadonlySet<number> = new Set([
  TensorProto_DataType.INT64,
  TensorProto_DataType.BOOL,
  TensorProto_DataType.STRING,
]);

function isWeight({ dataType, dims }: TensorProto): boolean {
  return dims.length > 0 && !noWeights.has(dataType);
}

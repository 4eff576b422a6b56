// The nodes through which data flows from the input to the logits, and the tensors that cross a given point.

import type { GraphNode, GraphView } from '../graph/graph-view.ts';
import { addToBitSet, type BitSet, bitSetHas, emptyBitSet, uniteBitSets } from './bit-set.ts';
import type { FactsByName } from './tensor-facts.ts';

export interface DataFlow {
  /** Data nodes, in an order in which they can run. */
  readonly nodes: readonly GraphNode[];
  /** For each data node, by position in `nodes`: the node itself and all data nodes that it needs. */
  readonly ancestors: readonly BitSet[];
  /** Position in `nodes` of the node that writes a data tensor; the network's input has none. */
  readonly positionOf: ReadonlyMap<string, number>;
  readonly inputName: string;
  readonly outputName: string;
}

export function traceDataFlow(view: GraphView, facts: FactsByName, inputName: string, outputName: string): DataFlow {
  const isData = (name: string): boolean => facts.get(name)?.flow === 'data';
  const nodes = view.nodes.filter(({ writes }) => writes.some(isData));
  const positionOf = new Map<string, number>();
  const ancestors: BitSet[] = [];
  for (const [position, node] of nodes.entries()) {
    const set = emptyBitSet(nodes.length);
    addToBitSet(set, position);
    for (const name of node.reads) {
      const source = ancestors[positionOf.get(name) ?? -1];
      if (source !== undefined) uniteBitSets(set, source);
    }
    ancestors.push(set);
    for (const name of node.writes) positionOf.set(name, position);
  }
  return { nodes, ancestors, positionOf, inputName, outputName };
}

/** All data nodes that the named tensors need, including the nodes that write them. */
export function ancestorsOf(flow: DataFlow, tensors: readonly string[]): BitSet {
  const set = emptyBitSet(flow.nodes.length);
  for (const name of tensors) {
    const source = flow.ancestors[flow.positionOf.get(name) ?? -1];
    if (source !== undefined) uniteBitSets(set, source);
  }
  return set;
}

/** Data tensors (or the network's input) that exist once `done` has run and that later nodes read, in order. */
export function frontier(flow: DataFlow, done: BitSet): readonly string[] {
  const crossing = new Set<string>();
  for (const [position, node] of flow.nodes.entries()) {
    if (bitSetHas(done, position)) continue;
    for (const name of node.reads) {
      const source = flow.positionOf.get(name);
      const before = source === undefined ? name === flow.inputName : bitSetHas(done, source);
      if (before) crossing.add(name);
    }
  }
  const outputPosition = flow.positionOf.get(flow.outputName);
  if (outputPosition !== undefined && bitSetHas(done, outputPosition)) crossing.add(flow.outputName);
  return [...crossing];
}

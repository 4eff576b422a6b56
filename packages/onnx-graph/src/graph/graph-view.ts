// A read-only view of a graph as a data flow: which node writes each tensor and which nodes read it.
// It holds only the nodes that the chosen output needs.

import { InvalidModelError } from '@ztw/core';
import type { GraphProto, NodeProto, TensorProto } from 'onnx-buf';
import { capturedNames } from './captures.ts';

export interface GraphNode {
  /** Position in the sorted list of the view. */
  readonly index: number;
  readonly proto: NodeProto;
  /** The node's name, or its first output, for messages. */
  readonly name: string;
  readonly operator: string;
  /** All tensors that the node or its inner graphs read, without duplicates. */
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

export interface GraphView {
  /** In an order in which every tensor is written before it is read. */
  readonly nodes: readonly GraphNode[];
  readonly producers: ReadonlyMap<string, GraphNode>;
  readonly readers: ReadonlyMap<string, readonly GraphNode[]>;
  readonly initialisers: ReadonlyMap<string, TensorProto>;
}

/**
 * Builds the view of all nodes that lead to `output`.
 * @throws InvalidModelError for a tensor that two nodes write or that no node writes, or for a cycle.
 */
export function viewGraph(graph: GraphProto, inputNames: readonly string[], output: string): GraphView {
  const producers = producersOf(graph);
  const initialisers = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
  const sparse = graph.sparseInitializer.map(({ values }) => values?.name ?? '');
  const given = new Set([...inputNames, ...initialisers.keys(), ...sparse]);
  const sorted = preferFileOrder(producers, sortNodes(producers, given, output));
  const nodes = sorted.map((node, index) => ({ ...node, index }));
  const sortedProducers = new Map<string, GraphNode>();
  const readers = new Map<string, GraphNode[]>();
  for (const node of nodes) {
    for (const name of node.writes) sortedProducers.set(name, node);
    for (const name of node.reads) {
      const list = readers.get(name);
      if (list === undefined) readers.set(name, [node]);
      else list.push(node);
    }
  }
  return { nodes, producers: sortedProducers, readers, initialisers };
}

type UnsortedNode = Omit<GraphNode, 'index'>;

function describeNode(proto: NodeProto): UnsortedNode {
  const reads = new Set([...proto.input.filter((name) => name !== ''), ...capturedNames(proto)]);
  const writes = proto.output.filter((name) => name !== '');
  return { proto, name: proto.name || writes[0] || proto.opType, operator: proto.opType, reads: [...reads], writes };
}

function producersOf(graph: GraphProto): ReadonlyMap<string, UnsortedNode> {
  const producers = new Map<string, UnsortedNode>();
  for (const proto of graph.node) {
    const node = describeNode(proto);
    for (const name of node.writes) {
      const other = producers.get(name);
      if (other !== undefined) {
        throw new InvalidModelError(
          `tensor '${name}' is written by two nodes, '${other.name}' and '${node.name}'; the file is damaged`,
          { path: name },
        );
      }
      producers.set(name, node);
    }
  }
  return producers;
}

/** The order of the file where it is valid, which users recognise. ONNX requires it, but some exporters violate it. */
function preferFileOrder(
  producers: ReadonlyMap<string, UnsortedNode>,
  sorted: readonly UnsortedNode[],
): readonly UnsortedNode[] {
  const needed = new Set(sorted);
  const inFile = [...new Set(producers.values())].filter((node) => needed.has(node));
  const written = new Set<UnsortedNode>();
  for (const node of inFile) {
    const sources = node.reads.map((name) => producers.get(name));
    if (sources.some((source) => source !== undefined && !written.has(source))) return sorted;
    written.add(node);
  }
  return inFile;
}

/** Depth-first from the output, without recursion: graphs can be thousands of nodes deep. */
function sortNodes(
  producers: ReadonlyMap<string, UnsortedNode>,
  given: ReadonlySet<string>,
  output: string,
): readonly UnsortedNode[] {
  const sorted: UnsortedNode[] = [];
  const state = new Map<UnsortedNode, 'open' | 'done'>();
  const root = producers.get(output);
  if (root === undefined) {
    throw new InvalidModelError(`output '${output}' is written by no node; the file is damaged`, { path: output });
  }
  const stack: UnsortedNode[] = [root];
  for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
    if (state.get(node) === 'done') {
      stack.pop();
      continue;
    }
    state.set(node, 'open');
    const waiting = unfinishedSources(node, producers, given, state);
    if (waiting.length === 0) {
      state.set(node, 'done');
      sorted.push(node);
      stack.pop();
      continue;
    }
    for (const source of waiting) {
      if (state.get(source) === 'open') {
        throw new InvalidModelError(`the graph has a cycle through node '${source.name}'; the file is damaged`, {
          path: source.name,
        });
      }
      stack.push(source);
    }
  }
  return sorted;
}

function unfinishedSources(
  node: UnsortedNode,
  producers: ReadonlyMap<string, UnsortedNode>,
  given: ReadonlySet<string>,
  state: ReadonlyMap<UnsortedNode, 'open' | 'done'>,
): readonly UnsortedNode[] {
  const sources: UnsortedNode[] = [];
  for (const name of node.reads) {
    if (given.has(name)) continue;
    const source = producers.get(name);
    if (source === undefined) {
      throw new InvalidModelError(
        `node '${node.name}' (${node.operator}) reads tensor '${name}', which no node writes; the file is damaged`,
        { path: node.name },
      );
    }
    if (state.get(source) !== 'done') sources.push(source);
  }
  return sources.reverse();
}

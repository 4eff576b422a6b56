// The parts of a GraphModel of `@tensorflow/tfjs-converter` that are read here: the list of nodes in its file.

import type { Tensor } from '@tensorflow/tfjs-core';
import { UnsupportedModelError } from '@ztw/core';

/** A loaded GraphModel. */
export interface GraphModelLike {
  readonly inputs: readonly { readonly name: string; readonly shape?: readonly number[] }[];
  readonly outputs: readonly { readonly name: string }[];
  readonly weights: Readonly<Record<string, readonly Tensor[]>>;
  // biome-ignore lint/suspicious/noExplicitAny: the model's own declaration is wider than any type that could be named without its package
  execute(inputs: any, outputs: string | string[]): any;
}

/** One node of the file. */
export interface GraphNode {
  readonly name: string;
  readonly op: string;
  /** Names of nodes, without the number of the output. */
  readonly inputs: readonly string[];
  /** Whether every input is the first output of its node. */
  readonly readsFirstOutputs: boolean;
  /** In the form of the file: by name, each with its value under a key of its type. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

interface StoredNode {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr?: Readonly<Record<string, unknown>>;
}

/**
 * The nodes of a loaded GraphModel, in an order in which they can run.
 * @throws UnsupportedModelError where the model does not hold the list of nodes of its file.
 */
export function graphNodes(model: GraphModelLike): readonly GraphNode[] {
  const artifacts = Reflect.get(model, 'artifacts') as
    | {
        readonly modelTopology?: { readonly node?: readonly StoredNode[] };
      }
    | undefined;
  const stored = artifacts?.modelTopology?.node;
  if (stored === undefined) {
    throw new UnsupportedModelError(
      'Expected a GraphModel with its list of nodes; received one without. Load it with loadGraphModel of @tensorflow/tfjs-converter 4.',
      { expected: 'a list of nodes', path: 'artifacts.modelTopology.node' },
    );
  }
  const nodes = new Map<string, GraphNode>();
  for (const { name, op, input = [], attr = {} } of stored) {
    const data = input.filter((entry) => !entry.startsWith('^'));
    nodes.set(name, {
      name,
      op,
      inputs: data.map((entry) => entry.split(':')[0] as string),
      readsFirstOutputs: data.every((entry) => !entry.includes(':') || entry.endsWith(':0')),
      attributes: attr,
    });
  }
  return sorted(nodes);
}

function sorted(nodes: ReadonlyMap<string, GraphNode>): readonly GraphNode[] {
  const order = new Set<GraphNode>();
  const visit = (node: GraphNode): void => {
    if (order.has(node)) return;
    for (const name of node.inputs) {
      const input = nodes.get(name);
      if (input !== undefined) visit(input);
    }
    order.add(node);
  };
  for (const node of nodes.values()) visit(node);
  return [...order];
}

/** Runs a part of the graph. It returns one tensor per output. */
export function executeGraph(
  model: GraphModelLike,
  inputs: Readonly<Record<string, Tensor>>,
  outputs: readonly string[],
): readonly Tensor[] {
  const result = model.execute({ ...inputs }, [...outputs]) as Tensor | Tensor[];
  return Array.isArray(result) ? result : [result];
}

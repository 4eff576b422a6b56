// From one graph with the logits of all exits back to stages. The graph may have been optimised as a whole in between, for one
// machine, so that its stages hand on tensors in that machine's own layouts, which a stage optimised by itself cannot do.

import { create, toBinary } from '@bufbuild/protobuf';
import type { BundleNetwork, BundleStage } from '@ztw/bundle';
import { UnsupportedModelError } from '@ztw/core';
import { GraphProtoSchema, ModelProtoSchema, ValueInfoProtoSchema } from 'onnx-buf';
import { type GraphNode, viewGraph } from '../graph/graph-view.ts';
import { readModel } from '../model/read-model.ts';
import { exitLogitsName } from './emit-all-exits.ts';
import type { SingleFileOptions } from './single-file-options.ts';
import { inputName } from './single-file-ports.ts';

export type Stages = Pick<SingleFileOptions, 'networks' | 'files'>;

/**
 * Cuts a graph behind each of its exits. A node belongs to the first stage that needs it.
 * @param network What the graph was made of, by `emitAllExits`.
 * @param bytes The graph. Its input and its `logits_0`, `logits_1`, ... have kept their names.
 * @returns the network with stages of the same names and costs, and their models.
 * @throws UnsupportedModelError where what goes on from an exit is not one tensor for each that went on in `network`.
 */
export function splitAtExits(network: BundleNetwork, bytes: Uint8Array): Stages {
  const model = readModel(bytes);
  const { initializer } = model.graph;
  const stored = new Map(initializer.map((tensor) => [tensor.name, tensor]));
  const parts = nodesByExit(network, model.graph);
  const files = new Map<string, Uint8Array>();
  const stages = network.stages.map((stage, index): BundleStage => {
    const ports = portsOf(network, parts, index);
    const nodes = parts[index]?.nodes ?? [];
    const names = new Set(nodes.flatMap(({ reads }) => reads));
    const path = `optimised/${stage.model}`;
    const inputs = [...ports.inputs, ...(ports.previousLogits === null ? [] : [ports.previousLogits])];
    const graph = create(GraphProtoSchema, {
      name: stage.name,
      node: nodes.map(({ proto }) => proto),
      initializer: [...names].flatMap((name) => stored.get(name) ?? []),
      input: inputs.map((name) => create(ValueInfoProtoSchema, { name })),
      output: [...ports.outputs, ports.logits].map((name) => create(ValueInfoProtoSchema, { name })),
    });
    files.set(path, toBinary(ModelProtoSchema, create(ModelProtoSchema, { ...model.proto, graph })));
    // The rows of these tensors are as long as those of the stage's own, but may lie in another order.
    const named = (tensors: BundleStage['inputs'], own: readonly string[]): BundleStage['inputs'] =>
      own.map((name, position) => ({ name, rowShape: tensors[position]?.rowShape ?? [] }));
    return {
      ...stage,
      model: path,
      inputs: named(stage.inputs, ports.inputs),
      outputs: named(stage.outputs, ports.outputs),
      previousLogits: ports.previousLogits,
      logits: ports.logits,
    };
  });
  return { networks: [{ ...network, stages }], files };
}

/** What the logits of one exit need and those before did not. */
interface ExitNodes {
  readonly nodes: readonly GraphNode[];
  readonly logits: string;
}

function nodesByExit({ stages }: BundleNetwork, graph: Parameters<typeof viewGraph>[0]): readonly ExitNodes[] {
  const seen = new Set<string>();
  return stages.map((_, exitIndex) => {
    const output = exitLogitsName(exitIndex);
    const view = viewGraph(graph, [inputName], output);
    const named = view.producers.get(output);
    // The node that only gives the logits their name is left out: a cascade reads what lies before it.
    const renamed = named?.operator === 'Identity' ? named : undefined;
    const nodes = view.nodes.filter((node) => node !== renamed && !seen.has(node.writes[0] ?? ''));
    for (const { writes } of nodes) seen.add(writes[0] ?? '');
    return { nodes, logits: renamed?.reads[0] ?? output };
  });
}

interface StagePorts {
  readonly inputs: readonly string[];
  readonly previousLogits: string | null;
  readonly outputs: readonly string[];
  readonly logits: string;
}

function portsOf(network: BundleNetwork, parts: readonly ExitNodes[], index: number): StagePorts {
  const stage = network.stages[index] as BundleStage;
  const part = parts[index] as ExitNodes;
  const before = parts[index - 1]?.logits;
  const reads = new Set(part.nodes.flatMap(({ reads: names }) => names));
  const previousLogits = before !== undefined && reads.has(before) ? before : null;
  const inputs = index === 0 ? [inputName] : crossing(parts, index);
  const outputs = index === parts.length - 1 ? [] : crossing(parts, index + 1);
  const cascades = stage.previousLogits !== null;
  if (outputs.length !== stage.outputs.length || cascades !== (previousLogits !== null)) {
    throw new UnsupportedModelError(
      `expected ${stage.outputs.length} tensor(s) to go on behind stage '${stage.name}', but in the optimised graph there are ` +
        `${outputs.length} (${outputs.join(', ')}); run the stages as they are`,
    );
  }
  return { inputs, previousLogits, outputs, logits: part.logits };
}

/** Tensors made before a stage and read in it or behind it; the logits of the exits before are handed on by themselves. */
function crossing(parts: readonly ExitNodes[], first: number): readonly string[] {
  const logits = parts.map((part) => part.logits);
  const made = new Set(parts.slice(0, first).flatMap(({ nodes }) => nodes.flatMap(({ writes }) => writes)));
  const wanted = new Set(parts.slice(first).flatMap(({ nodes }) => nodes.flatMap(({ reads }) => reads)));
  return [...wanted].filter((name) => (made.has(name) && !logits.includes(name)) || name === inputName);
}

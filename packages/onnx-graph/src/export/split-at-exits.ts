// Splits one graph with the logits of all exits into stages. It may have been optimised as a whole for one machine.
// Its stages then pass on tensors in that machine's layouts, which separately optimised stages cannot do.

import { create, toBinary } from '@bufbuild/protobuf';
import type { BundleNetwork, BundleStage } from '@ztw/bundle';
import { UnsupportedModelError } from '@ztw/core';
import {
  GraphProtoSchema,
  ModelProtoSchema,
  TensorProto_DataType,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from 'onnx-buf';
import { type GraphNode, viewGraph } from '../graph/graph-view.ts';
import { readModel } from '../model/read-model.ts';
import { exitLogitsName } from './emit-all-exits.ts';
import type { SingleFileOptions } from './single-file-options.ts';
import { inputName } from './single-file-ports.ts';

export type Stages = Pick<SingleFileOptions, 'networks' | 'files'>;

/**
 * Cuts a graph after each of its exits. A node belongs to the first stage that needs it.
 * @param network The network from which `emitAllExits` made the graph.
 * @param bytes The graph. Its input and its `logits_0`, `logits_1`, ... still have their names.
 * @returns the network with stages of the same names and costs, and their models.
 * @throws UnsupportedModelError when another number of tensors crosses an exit than in `network`.
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
    const path = `optimised/${index}.onnx`;
    const inputs = [...ports.inputs, ...(ports.previousLogits === null ? [] : [ports.previousLogits])];
    const graph = create(GraphProtoSchema, {
      name: stage.name,
      node: nodes.map(({ proto }) => proto),
      initializer: [...names].flatMap((name) => stored.get(name) ?? []),
      input: inputs.map(floatOfAnyShape),
      output: [...ports.outputs, ports.logits].map((name) => create(ValueInfoProtoSchema, { name })),
    });
    files.set(path, toBinary(ModelProtoSchema, create(ModelProtoSchema, { ...model.proto, graph })));
    // Rows have the layout of the machine, which may pad channels. Only the input of the network keeps its shape.
    const named = (tensors: BundleStage['inputs'], own: readonly string[]): BundleStage['inputs'] =>
      own.map((name, position) => {
        const rowShape = tensors[position]?.rowShape ?? [];
        return { name, rowShape: name === inputName ? rowShape : rowShape.map((_, axis) => `axis_${axis}`) };
      });
    // The model holds all its values.
    const { weights: _weights, program: _program, ...described } = stage;
    return {
      ...described,
      model: path,
      inputs: named(stage.inputs, ports.inputs),
      outputs: named(stage.outputs, ports.outputs),
      previousLogits: ports.previousLogits,
      logits: ports.logits,
    };
  });
  return { networks: [{ ...network, stages }], files };
}

function floatOfAnyShape(name: string): ValueInfoProto {
  const elemType = TensorProto_DataType.FLOAT;
  return create(ValueInfoProtoSchema, { name, type: { value: { case: 'tensorType', value: { elemType } } } });
}

/** The nodes that the logits of one exit need and those of earlier exits do not. */
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
    // Skips the node that only renames the logits: a cascade reads its input.
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
      `expected ${stage.outputs.length} tensor(s) to cross the exit of stage '${stage.name}'; the optimised graph has ` +
        `${outputs.length} (${outputs.join(', ')}). Run the stages without this optimisation.`,
      { expected: stage.outputs.length, received: outputs.length, path: stage.name },
    );
  }
  return { inputs, previousLogits, outputs, logits: part.logits };
}

/** Tensors that earlier stages write and this or a later stage reads, without logits, which pass separately. */
function crossing(parts: readonly ExitNodes[], first: number): readonly string[] {
  const logits = parts.map((part) => part.logits);
  const made = new Set(parts.slice(0, first).flatMap(({ nodes }) => nodes.flatMap(({ writes }) => writes)));
  const wanted = new Set(parts.slice(first).flatMap(({ nodes }) => nodes.flatMap(({ reads }) => reads)));
  return [...wanted].filter((name) => (made.has(name) && !logits.includes(name)) || name === inputName);
}

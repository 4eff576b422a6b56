import { UnsupportedModelError } from '@ztw/core';
import type { Parameter } from '@ztw/core/runtime';
import { createProgramWriter, type ProgramWriter } from '@ztw/program';
import type { GraphModelLike, GraphNode } from '../graph-model/graph-definition.ts';
import { type GraphFlow, graphFlow, type ReadGraphModelOptions } from '../graph-model/graph-flow.ts';
import { nodeMacs } from '../graph-model/node-macs.ts';
import { finishProgram } from './finish-program.ts';
import type { NetworkProgram } from './network-program.ts';
import { createNodeWriter } from './node-writer.ts';
import type { GraphOperation, Operand } from './nodes/graph-operation.ts';
import { operationLowering } from './nodes/table.ts';

/**
 * Writes a GraphModel as a program of tensor operations, as `layersModelProgram` does for a LayersModel. The graph runs
 * once on zeros, to find its shapes.
 * @throws UnsupportedModelError naming the node that a program cannot express, its operation, and what is supported;
 *   also for several inputs or outputs, and for sizes that are left open.
 */
export async function graphModelProgram(options: ReadGraphModelOptions): Promise<NetworkProgram> {
  const flow = graphFlow(options);
  const writer = createProgramWriter();
  const inputName = writer.claim('input');
  const lowered = lowerGraph(flow, writer, await constantsOf(options.model), inputName);
  return {
    name: flow.name,
    layers: lowered.nodes.length,
    parameters: lowered.parameters,
    macs: lowered.nodes.reduce(
      (sum, { op, name, inputs }) => sum + nodeMacs(op, inputs.map(flow.shapeOf), flow.shapeOf(name)?.slice(1) ?? []),
      0,
    ),
    ...finishProgram({
      writer,
      input: { name: inputName, rowShape: flow.rowShape },
      result: lowered.result,
      classes: flow.classes,
      what: flow.name,
    }),
  };
}

interface LoweredGraph {
  readonly result: string;
  /** The nodes that the program contains. */
  readonly nodes: readonly GraphNode[];
  /** Number of stored values that they read. */
  readonly parameters: number;
}

function lowerGraph(
  flow: GraphFlow,
  writer: ProgramWriter,
  constants: ReadonlyMap<string, Parameter>,
  inputName: string,
): LoweredGraph {
  const inFlow = new Map(flow.nodes.map((node) => [node.name, node]));
  const names = new Map([[flow.input, inputName]]);
  const nodes: GraphNode[] = [];
  const read = new Set<string>();

  const operandOf = (node: GraphNode, position: number): Operand => {
    const source = node.inputs[position];
    if (source === undefined)
      throw new UnsupportedModelError(
        `Expected an input ${position} of node "${node.name}" (${node.op}); received ${node.inputs.length} inputs. Convert the network again.`,
        { received: node.inputs.length, path: node.name },
      );
    if (source === flow.input || inFlow.has(source)) {
      return { kind: 'data', name: names.get(source) as string, rowShape: rowShapeOf(flow, source) };
    }
    const value = constants.get(source);
    if (value === undefined) {
      throw new UnsupportedModelError(
        `Expected a stored value as "${source}", which node "${node.name}" (${node.op}) reads; received a node that computes it from ` +
          'stored values. Convert the network again, so that such nodes are folded.',
        { received: source, path: node.name },
      );
    }
    read.add(source);
    return { kind: 'constant', value };
  };

  const needed = neededNodes(flow);
  for (const node of flow.nodes.filter(({ name }) => needed.has(name))) {
    if (!node.readsFirstOutputs) {
      throw new UnsupportedModelError(
        `Expected node "${node.name}" (${node.op}) to read first results of nodes; received another result. ` +
          'Use a network without such nodes.',
        { path: node.name },
      );
    }
    const operation: GraphOperation = {
      name: node.name,
      op: node.op,
      attributes: node.attributes,
      outputShape: rowShapeOf(flow, node.name),
      inputCount: node.inputs.length,
      operand: (position) => operandOf(node, position),
    };
    const nodeWriter = createNodeWriter(writer, node.name);
    const result = operationLowering(operation)(operation, nodeWriter);
    names.set(node.name, nodeWriter.finish(result, operation.outputShape));
    nodes.push(node);
  }
  const parameters = [...read].reduce((sum, name) => sum + (constants.get(name)?.data.length ?? 0), 0);
  return { result: names.get(flow.output) ?? inputName, nodes, parameters };
}

/**
 * Nodes whose values reach the output. Nodes that only compute the shape of a Reshape are left out: the probe has found
 * that shape.
 */
function neededNodes(flow: GraphFlow): ReadonlySet<string> {
  const found = new Set([flow.output]);
  for (const { name, op, inputs } of flow.nodes.toReversed()) {
    if (!found.has(name)) continue;
    for (const source of op === 'Reshape' ? inputs.slice(0, 1) : inputs) found.add(source);
  }
  return found;
}

function rowShapeOf(flow: GraphFlow, node: string): readonly number[] {
  const shape = flow.rowShapeOf(node);
  if (shape === null) {
    throw new UnsupportedModelError(
      `Expected the row axis as first axis of the result of node "${node}"; received [${(flow.shapeOf(node) ?? []).join(', ')}] for 2 rows. ` +
        'Use a network without such nodes.',
      { received: flow.shapeOf(node) ?? [], path: node },
    );
  }
  return shape;
}

/** Copies of all stored values, integers included. */
async function constantsOf({ weights }: GraphModelLike): Promise<ReadonlyMap<string, Parameter>> {
  const found = new Map<string, Parameter>();
  for (const [name, [tensor]] of Object.entries(weights)) {
    if (tensor === undefined || tensor.dtype === 'string') continue;
    found.set(name, { shape: [...tensor.shape], data: Float32Array.from((await tensor.data()) as Float32Array) });
  }
  return found;
}

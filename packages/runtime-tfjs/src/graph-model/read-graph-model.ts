// A GraphModel as a network that can be cut: `execute` feeds a node in the middle and runs only what lies behind it.

import type { Tensor } from '@tensorflow/tfjs-core';
import { type RowShape, rowSize, UnsupportedModelError } from '@ztw/core';
import type { TensorflowInference } from '../inference/tensorflow-inference.ts';
import { findCuts } from '../network/find-cuts.ts';
import { channelsFirstShape, channelsLastShape } from '../network/row-layout.ts';
import type { TensorflowNetwork } from '../network/tensorflow-network.ts';
import { executeGraph, type GraphModelLike, type GraphNode, graphNodes } from './graph-definition.ts';
import { nodeMacs } from './node-macs.ts';

export interface ReadGraphModelOptions {
  /** The module whose engine the model was loaded with. */
  readonly tf: TensorflowInference;
  /** Stays the caller's: its weights are neither copied nor disposed. */
  readonly model: GraphModelLike;
  /** For reports. Default `graph-model`. */
  readonly name?: string;
  /** Row shape of the input, channels first; needed where the file leaves a size open. */
  readonly inputShape?: RowShape;
}

/** Enough to tell the axis of the rows from others. */
const probeRows = 2;

/** Nodes that only move values. */
const movingNodes: ReadonlySet<string> = new Set([
  'Identity',
  'Pad',
  'PadV2',
  'Reshape',
  'Squeeze',
  'ExpandDims',
  'Transpose',
]);

/**
 * Finds the legal cuts and the cost of a GraphModel. The graph runs once, on zeros, for its shapes.
 * @throws UnsupportedModelError for several inputs or outputs, sizes that are left open, or an output that is not one value per class.
 */
export function readGraphModel({
  tf,
  model,
  name = 'graph-model',
  inputShape,
}: ReadGraphModelOptions): TensorflowNetwork {
  const [input] = model.inputs;
  const [output] = model.outputs;
  if (input === undefined || output === undefined || model.inputs.length > 1 || model.outputs.length > 1) {
    throw new UnsupportedModelError(
      `"${name}" has ${model.inputs.length} inputs and ${model.outputs.length} outputs; it needs one of each.`,
    );
  }
  const inputName = nodeName(input.name);
  const outputName = nodeName(output.name);
  const rowShape = inputShape === undefined ? (input.shape ?? []).slice(1) : channelsLastShape(inputShape);
  if (rowShape.length === 0 || rowShape.some((size) => size < 1)) {
    throw new UnsupportedModelError(
      `The input of "${name}" has rows of [${rowShape.join(', ')}], which are not fixed. Say inputShape, channels first.`,
    );
  }
  const flow = dataNodes(graphNodes(model), inputName, outputName);
  const shapes = probe(tf, model, flow, inputName, rowShape);
  const weightShape = (node: string): readonly number[] | null => model.weights[node]?.[0]?.shape ?? null;
  const byName = new Map(flow.map((node) => [node.name, node]));
  const nodes = flow.map((node) => {
    const shape = shapes.get(node.name) ?? [];
    const hasRows = shape[0] === probeRows && shape.length > 1;
    const inputShapes = node.inputs.map(
      (source) => shapes.get(source) ?? (source === inputName ? [probeRows, ...rowShape] : weightShape(source)),
    );
    return {
      name: node.name,
      inputs: node.inputs.filter((source) => byName.has(source)),
      rowShape: hasRows && node.readsFirstOutputs ? shape.slice(1) : null,
      macs: nodeMacs(node.op, inputShapes, shape.slice(1)),
      moves: movingNodes.has(node.op),
    };
  });
  const outputShape = shapes.get(outputName) ?? [];
  const [rows, classes] = outputShape;
  if (outputShape.length !== 2 || rows !== probeRows || classes === undefined) {
    throw new UnsupportedModelError(
      `"${name}" should return one value per class for each row, but returned [${outputShape.join(', ')}] for ${probeRows} rows.`,
    );
  }
  return {
    name,
    inputShape: channelsFirstShape(rowShape),
    classes,
    returns: answersProbabilities(byName, outputName) ? 'probabilities' : 'logits',
    backboneMacs: nodes.reduce((sum, { macs }) => sum + macs, 0),
    cuts: findCuts(nodes),
    run(from, to, value) {
      const [result] = executeGraph(model, { [from ?? inputName]: value }, [to ?? outputName]);
      return tf.keep(result as Tensor);
    },
  };
}

function nodeName(tensor: string): string {
  return tensor.split(':')[0] as string;
}

/** The nodes between the input and the output; constants and what is made of them alone are not among them. */
function dataNodes(nodes: readonly GraphNode[], input: string, output: string): readonly GraphNode[] {
  const fromInput = new Set([input]);
  for (const { name, inputs } of nodes) {
    if (inputs.some((source) => fromInput.has(source))) fromInput.add(name);
  }
  const toOutput = new Set([output]);
  for (const { name, inputs } of nodes.toReversed()) {
    if (toOutput.has(name)) for (const source of inputs) toOutput.add(source);
  }
  return nodes.filter(({ name }) => name !== input && fromInput.has(name) && toOutput.has(name));
}

/** Shape of every node's result, rows included. */
function probe(
  tf: TensorflowInference,
  model: GraphModelLike,
  nodes: readonly GraphNode[],
  input: string,
  rowShape: RowShape,
): ReadonlyMap<string, readonly number[]> {
  const zeros = tf.tensor(new Float32Array(probeRows * rowSize(rowShape)), [probeRows, ...rowShape], 'float32');
  try {
    const names = nodes.map(({ name }) => name);
    const results = executeGraph(model, { [input]: zeros }, names);
    const shapes = new Map(names.map((name, index) => [name, results[index]?.shape ?? []]));
    for (const tensor of results) tensor.dispose();
    return shapes;
  } finally {
    zeros.dispose();
  }
}

function answersProbabilities(nodes: ReadonlyMap<string, GraphNode>, output: string): boolean {
  let node = nodes.get(output);
  while (node?.op === 'Identity') node = nodes.get(node.inputs[0] ?? '');
  return node?.op === 'Softmax';
}

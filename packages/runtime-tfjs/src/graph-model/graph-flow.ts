// The part of a GraphModel between its input and its output, and the shapes of all results. One run on zeros finds the
// shapes.

import type { Tensor } from '@tensorflow/tfjs-core';
import { InvalidModelError, type RowShape, UnsupportedModelError } from '@ztw/core';
import { rowSize } from '@ztw/core/runtime';
import type { TensorflowInference } from '../inference/tensorflow-inference.ts';
import { channelsLastShape } from '../network/row-layout.ts';
import { executeGraph, type GraphModelLike, type GraphNode, graphNodes } from './graph-definition.ts';

export interface ReadGraphModelOptions {
  /** The module with whose engine the model was loaded. */
  readonly tf: TensorflowInference;
  /** Remains the caller's: its weights are neither copied nor disposed. */
  readonly model: GraphModelLike;
  /** For reports. Default `graph-model`. */
  readonly name?: string;
  /** Row shape of the input, channels first. Needed where the file leaves a size open. */
  readonly inputShape?: RowShape;
}

export interface GraphFlow {
  readonly name: string;
  /** Names of nodes. */
  readonly input: string;
  readonly output: string;
  /** Row shape of the input in memory, channels last. */
  readonly rowShape: RowShape;
  readonly classes: number;
  /** The nodes between the input and the output, in an order in which they can run. */
  readonly nodes: readonly GraphNode[];
  /** Row shape of a node's first result; null where its first axis is not the row axis. */
  rowShapeOf(node: string): RowShape | null;
  /** Whole shape of a weight, or of a node's first result for a few input rows; null where unknown. */
  shapeOf(node: string): readonly number[] | null;
}

/** More than one, so that the row axis differs from axes of length 1. */
const probeRows = 2;

/**
 * @throws UnsupportedModelError for several inputs or outputs, sizes that are left open, or an output that is not one
 *   value per class.
 * @throws InvalidModelError where TensorFlow.js cannot run the graph.
 */
export function graphFlow({ tf, model, name = 'graph-model', inputShape }: ReadGraphModelOptions): GraphFlow {
  const [input] = model.inputs;
  const [output] = model.outputs;
  if (input === undefined || output === undefined || model.inputs.length > 1 || model.outputs.length > 1) {
    throw new UnsupportedModelError(
      `Expected one input and one output in "${name}"; received ${model.inputs.length} inputs and ${model.outputs.length} outputs. ` +
        'Use a network with one of each.',
      {
        expected: { inputs: 1, outputs: 1 },
        received: { inputs: model.inputs.length, outputs: model.outputs.length },
        path: name,
      },
    );
  }
  const inputName = nodeName(input.name);
  const outputName = nodeName(output.name);
  const rowShape = inputShape === undefined ? (input.shape ?? []).slice(1) : channelsLastShape(inputShape);
  if (rowShape.length === 0 || rowShape.some((size) => !(size >= 1))) {
    throw new UnsupportedModelError(
      `Expected fixed sizes of the input of "${name}"; received rows of [${rowShape.join(', ')}]. Pass inputShape, channels first.`,
      { received: rowShape, path: 'inputShape' },
    );
  }
  const nodes = dataNodes(graphNodes(model), inputName, outputName);
  const shapes = probe(tf, model, nodes, inputName, rowShape);
  const outputShape = shapes.get(outputName) ?? [];
  const [rows, classes] = outputShape;
  if (outputShape.length !== 2 || rows !== probeRows || classes === undefined) {
    throw new UnsupportedModelError(
      `Expected one value per class and row from "${name}"; received [${outputShape.join(', ')}] for ${probeRows} rows. ` +
        'Use a classifier whose output has the axes [rows, classes].',
      { expected: [probeRows, 'classes'], received: outputShape, path: outputName },
    );
  }
  const shapeOf = (node: string): readonly number[] | null =>
    shapes.get(node) ?? (node === inputName ? [probeRows, ...rowShape] : (model.weights[node]?.[0]?.shape ?? null));
  return {
    name,
    input: inputName,
    output: outputName,
    rowShape,
    classes,
    nodes,
    rowShapeOf(node) {
      const shape = shapeOf(node) ?? [];
      return shape[0] === probeRows && shape.length > 1 ? shape.slice(1) : null;
    },
    shapeOf,
  };
}

function nodeName(tensor: string): string {
  return tensor.split(':')[0] as string;
}

/** The nodes between the input and the output, without constants and nodes that read only constants. */
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
    const results = runOnZeros(model, { [input]: zeros }, names);
    const shapes = new Map(names.map((name, index) => [name, results[index]?.shape ?? []]));
    // A node that passes on a weight returns the weight itself, which belongs to the model.
    const kept = new Set<Tensor>(Object.values(model.weights).flat());
    for (const tensor of results) if (!kept.has(tensor)) tensor.dispose();
    return shapes;
  } finally {
    zeros.dispose();
  }
}

function runOnZeros(
  model: GraphModelLike,
  inputs: Readonly<Record<string, Tensor>>,
  names: readonly string[],
): readonly Tensor[] {
  try {
    return executeGraph(model, inputs, names);
  } catch (cause) {
    const [reason] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
    throw new InvalidModelError(
      `Expected a graph that TensorFlow.js can run, to find the shapes of its results; it failed: ${reason}`,
      { cause },
    );
  }
}

// A GraphModel as a network that can be cut: `execute` feeds a node in the middle and runs only the nodes after it.

import type { Tensor } from '@tensorflow/tfjs-core';
import { findCuts } from '../network/find-cuts.ts';
import { channelsFirstShape } from '../network/row-layout.ts';
import { segmentNetwork } from '../network/segment-network.ts';
import type { TensorflowNetwork } from '../network/tensorflow-network.ts';
import { executeGraph, type GraphNode } from './graph-definition.ts';
import { graphFlow, type ReadGraphModelOptions } from './graph-flow.ts';
import { nodeMacs } from './node-macs.ts';

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
 * Finds the legal cuts and the cost of a GraphModel. The graph runs once on zeros, to find its shapes.
 * @throws UnsupportedModelError for several inputs or outputs, sizes that are left open, or an output that is not one
 *   value per class.
 */
export function readGraphModel(options: ReadGraphModelOptions): TensorflowNetwork {
  const { tf, model } = options;
  const flow = graphFlow(options);
  const byName = new Map(flow.nodes.map((node) => [node.name, node]));
  const nodes = flow.nodes.map((node) => ({
    name: node.name,
    inputs: node.inputs.filter((source) => byName.has(source)),
    rowShape: node.readsFirstOutputs ? flow.rowShapeOf(node.name) : null,
    macs: nodeMacs(node.op, node.inputs.map(flow.shapeOf), flow.shapeOf(node.name)?.slice(1) ?? []),
    moves: movingNodes.has(node.op),
  }));
  const network: TensorflowNetwork = {
    name: flow.name,
    inputShape: channelsFirstShape(flow.rowShape),
    classes: flow.classes,
    returns: answersProbabilities(byName, flow.output) ? 'probabilities' : 'logits',
    backboneMacs: nodes.reduce((sum, { macs }) => sum + macs, 0),
    cuts: findCuts(nodes),
    run(from, to, value) {
      const [result] = executeGraph(model, { [from ?? flow.input]: value }, [to ?? flow.output]);
      return tf.keep(result as Tensor);
    },
    segment: (options) => segmentNetwork({ tf, network, ...options }),
  };
  return network;
}

function answersProbabilities(nodes: ReadonlyMap<string, GraphNode>, output: string): boolean {
  let node = nodes.get(output);
  while (node?.op === 'Identity') node = nodes.get(node.inputs[0] ?? '');
  return node?.op === 'Softmax';
}

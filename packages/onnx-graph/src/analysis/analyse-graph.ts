import { type RowShape, UnsupportedModelError } from '@ztw/core';
import type { GraphProbe } from '@ztw/core/runtime';
import { type GraphNode, type GraphView, viewGraph } from '../graph/graph-view.ts';
import type { OnnxModel } from '../model/onnx-model.ts';
import { chooseInput, chooseOutput, type NetworkInput } from './choose-ports.ts';
import { countMacs } from './count-macs.ts';
import { countParameters } from './count-parameters.ts';
import type { Cut, CutTensor, RejectedCut } from './cut.ts';
import { type DataFlow, traceDataFlow } from './data-flow.ts';
import { findBlocks } from './find-blocks.ts';
import { findNarrowings, isBatchFirst, judgeNarrowing, nodesIn } from './find-cuts.ts';
import { probeGraph } from './probe-graph.ts';
import { refuseUnsupportedNodes } from './refuse-unsupported-nodes.ts';
import { collectFacts, type FactsByName } from './tensor-facts.ts';

export interface AnalyseGraphOptions {
  /** Shape of one input row, for graphs that leave spatial sizes open. */
  readonly inputShape?: RowShape;
  /** Name of the graph output with the logits, for graphs with several outputs. */
  readonly output?: string;
}

/** One node that data flows through. */
export interface AnalysedNode {
  readonly index: number;
  readonly name: string;
  readonly operator: string;
  /** MACs per row. */
  readonly macs: number;
}

/** Shapes, costs and possible cuts of a network. Costs are those of the unchanged network. */
export interface GraphAnalysis {
  readonly input: NetworkInput;
  /** The tensor that holds the logits; where the graph ends in a Softmax, the Softmax's input. */
  readonly output: { readonly name: string };
  readonly classes: number;
  /** `dynamic`, or the one number of rows that the graph accepts. */
  readonly batch: 'dynamic' | number;
  readonly opset: number;
  readonly nodes: readonly AnalysedNode[];
  /** MACs (conv + matmul) per row. */
  readonly backboneMacs: number;
  /** Number of stored weights. */
  readonly parameters: number;
  /** Every place where the network can be cut, cheapest first. */
  readonly cuts: readonly Cut[];
  /** Tensors where the data flow is narrow but a cut is impossible, with the reasons. */
  readonly rejectedCuts: readonly RejectedCut[];
  /** Input of the cutting functions; opaque to callers. */
  readonly source: AnalysisSource;
}

/** The analysed graph, from which segments are made. */
export interface AnalysisSource {
  readonly model: OnnxModel;
  readonly view: GraphView;
  readonly facts: FactsByName;
  readonly flow: DataFlow;
  /** MACs per row of the data nodes, by position in the flow. */
  readonly macs: readonly number[];
}

/**
 * Finds shapes, costs and all legal cuts of a classifier.
 * @param probe Runs the graph on zeros; the runtime packages provide one.
 * @throws UnsupportedModelError when the graph is not a supported classifier (the message says where);
 *   InvalidModelError when the graph is damaged or the runtime cannot run it;
 *   InvalidInputError for options that do not fit the graph.
 */
export async function analyseGraph(
  model: OnnxModel,
  probe: GraphProbe,
  options: AnalyseGraphOptions = {},
): Promise<GraphAnalysis> {
  const { input, batch } = chooseInput(model, options.inputShape ?? null);
  const outputName = chooseOutput(model, options.output ?? null);
  const view = viewGraph(model.graph, [input.name], outputName);
  refuseUnsupportedNodes(model.proto, view);
  const probings = await probeGraph(model, view, input, batch, probe);
  const facts = collectFacts(view, input, probings);
  const classes = countClasses(facts, outputName, batch);
  const flow = traceDataFlow(view, facts, input.name, outputName);
  const macs = macsPerRow(flow.nodes, facts, probings[0]?.rows ?? 1);
  const source: AnalysisSource = { model, view, facts, flow, macs };
  const backboneMacs = macs.reduce((sum, cost) => sum + cost, 0);
  if (backboneMacs === 0) {
    throw new UnsupportedModelError(
      'expected a network with convolutions or matrix products; received one without any, so early exits save no cost',
      { expected: 'a convolution or matrix product', received: 'none' },
    );
  }
  return {
    input,
    output: { name: outputName },
    classes,
    batch,
    opset: model.opset,
    nodes: flow.nodes.map(({ name, operator }, index) => ({ index, name, operator, macs: macs[index] ?? 0 })),
    backboneMacs,
    parameters: countParameters(view, facts, flow.nodes),
    ...findCuts(source, batch, backboneMacs),
    source,
  };
}

function macsPerRow(nodes: readonly GraphNode[], facts: FactsByName, rows: number): readonly number[] {
  const dimsOf = (name: string): readonly number[] => facts.get(name)?.dims ?? [];
  return nodes.map((node) => countMacs(node, dimsOf) / rows);
}

function countClasses(facts: FactsByName, outputName: string, batch: 'dynamic' | number): number {
  const output = facts.get(outputName);
  if (output?.flow !== 'data') {
    throw new UnsupportedModelError(
      `output '${outputName}' does not depend on the input, so the graph is not a classifier`,
      {
        path: outputName,
      },
    );
  }
  const { type, dims } = output;
  const classes = dims[1] ?? 0;
  if (type !== 'float32' || dims.length !== 2 || !isBatchFirst(output, batch) || classes < 2) {
    throw new UnsupportedModelError(
      `output '${outputName}' must be float32 logits of shape [rows, classes] with at least 2 classes, but is ${type} [${dims.join(', ')}]` +
        `${isBatchFirst(output, batch) ? '' : ' and has no batch axis'}; name another output or change the network's end`,
    );
  }
  return classes;
}

function findCuts(
  { view, facts, flow, macs }: AnalysisSource,
  batch: 'dynamic' | number,
  backboneMacs: number,
): { readonly cuts: readonly Cut[]; readonly rejectedCuts: readonly RejectedCut[] } {
  const narrowings = findNarrowings(flow, macs);
  const rejectedCuts: RejectedCut[] = [];
  const legal = new Map<
    string,
    { readonly tensors: readonly CutTensor[]; readonly macs: number; readonly parametersBefore: number }
  >();
  for (const narrowing of narrowings) {
    const judged = judgeNarrowing(narrowing, facts, batch, backboneMacs);
    if ('rejected' in judged) rejectedCuts.push(judged.rejected);
    else {
      const parametersBefore = countParameters(view, facts, nodesIn(flow, narrowing.done));
      legal.set(narrowing.tensors.join('\n'), { tensors: judged.tensors, macs: narrowing.macs, parametersBefore });
    }
  }
  const blockAt = new Map<string, number>();
  for (const [block, ends] of findBlocks(flow, narrowings, facts, macs).entries()) {
    const end = ends.find(({ tensors }) => legal.has(tensors.join('\n')));
    if (end !== undefined) blockAt.set(end.tensors.join('\n'), block);
  }
  const cuts = [...legal].map(([key, cut]) => ({
    name: cut.tensors[0]?.name ?? '',
    ...cut,
    afterBlock: blockAt.get(key) ?? null,
  }));
  return { cuts: cuts.toSorted((left, right) => left.macs - right.macs), rejectedCuts };
}

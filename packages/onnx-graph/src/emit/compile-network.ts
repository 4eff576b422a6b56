import type { BundleNetwork, BundleStage, BundleStageProgram } from '@ztw/bundle';
import { InvalidInputError } from '@ztw/core';
import { type Head, headMacs } from '@ztw/heads';
import type { GraphAnalysis } from '../analysis/analyse-graph.ts';
import type { Cut } from '../analysis/cut.ts';
import type { OnnxModel } from '../model/onnx-model.ts';
import { writeModel } from '../model/write-model.ts';
import { splitGraph } from '../segment/split-graph.ts';
import { encodeProgramFiles } from '../to-program/emit-stage-program.ts';
import { graphToProgram, type TranslatedGraph } from '../to-program/graph-to-program.ts';
import { buildStage, type EmitOptions } from './emit-stage.ts';

export interface CompileNetworkOptions extends EmitOptions {
  readonly analysis: GraphAnalysis;
  /** Cuts from `chooseCuts`; empty for a network that is not split. */
  readonly cuts: readonly Cut[];
  /** One per cut, in order. */
  readonly heads: readonly Head[];
  readonly name: string;
  /** Folder of the stage files inside the bundle, with a trailing slash: `networks/0/`. */
  readonly pathPrefix: string;
  /**
   * Whether to write each stage as a program too, for runtimes that cannot read ONNX files, such as TensorFlow.js.
   * Default: false.
   */
  readonly programs?: boolean;
}

/** The description of a network in a bundle, and its files. */
export interface CompiledNetwork {
  readonly network: BundleNetwork;
  /** Bytes by path inside the bundle. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/**
 * Cuts a network, adds the heads and writes one ONNX file per stage.
 * @throws InvalidInputError for cuts or heads that do not fit the network or each other;
 *   InvalidModelError for a damaged head;
 *   UnsupportedModelError naming the node that a program cannot express (only with `programs`).
 */
export function compileNetwork(options: CompileNetworkOptions): CompiledNetwork {
  const { analysis, cuts, heads, name, pathPrefix } = options;
  if (heads.length !== cuts.length) {
    throw new InvalidInputError(`expected one head per cut; received ${heads.length} heads for ${cuts.length} cuts`, {
      expected: cuts.length,
      received: heads.length,
      path: 'heads',
    });
  }
  const files = new Map<string, Uint8Array>();
  let inputOrders: TranslatedGraph['outputOrders'] = [];
  const writeProgram = ({ graph, opset }: OnnxModel, stem: string): BundleStageProgram => {
    const translated = graphToProgram({ graph, opset, inputOrders });
    const { steps, weights } = encodeProgramFiles(translated);
    const paths = { steps: `${stem}.json`, weights: `${stem}.safetensors` };
    files.set(paths.steps, steps).set(paths.weights, weights);
    inputOrders = translated.outputOrders;
    return paths;
  };
  const stages = splitGraph(analysis, cuts).map((segment): BundleStage => {
    const head = heads[segment.index] ?? null;
    const { model: stage, ...ports } = buildStage(segment, head, options);
    const stem = `${pathPrefix}stage-${String(segment.index).padStart(2, '0')}`;
    const model = `${stem}.onnx`;
    files.set(model, writeModel(stage));
    return {
      name: segment.name,
      model,
      ...(options.programs === true ? { program: writeProgram(stage, stem) } : {}),
      ...ports,
      segmentMacs: segment.macs,
      headMacs: head === null ? 0 : headMacs(head.specification),
      head: head?.specification ?? null,
    };
  });
  return { network: { name, backboneMacs: analysis.backboneMacs, batch: analysis.batch, stages }, files };
}

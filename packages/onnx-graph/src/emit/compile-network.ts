import type { BundleNetwork, BundleStage, BundleStageProgram } from '@ztw/bundle';
import { InvalidInputError } from '@ztw/core';
import { type Head, headMacs } from '@ztw/heads';
import type { GraphAnalysis } from '../analysis/analyse-graph.ts';
import type { Cut } from '../analysis/cut.ts';
import { type EmittedStageProgram, emitStageProgram } from '../program/emit-stage-program.ts';
import { splitGraph } from '../segment/split-graph.ts';
import { type EmitOptions, emitStage } from './emit-stage.ts';

export interface CompileNetworkOptions extends EmitOptions {
  readonly analysis: GraphAnalysis;
  /** As `chooseCuts` gives them; none for a network that stays whole. */
  readonly cuts: readonly Cut[];
  /** One per cut, in order. */
  readonly heads: readonly Head[];
  readonly name: string;
  /** Folder inside the bundle for the stage files, with a slash at its end: `networks/0/`. */
  readonly pathPrefix: string;
  /**
   * Whether each stage is written as a program too, for runtimes that do not read ONNX files, such as TensorFlow.js.
   * Default: false.
   */
  readonly programs?: boolean;
}

/** A network as a bundle describes it, and the files that it names. */
export interface CompiledNetwork {
  readonly network: BundleNetwork;
  /** Bytes by path inside the bundle. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/**
 * Cuts a network, grafts the heads and writes one ONNX file per stage.
 * @throws InvalidInputError for cuts or heads that do not fit the network or each other; InvalidModelError for a broken head;
 *   UnsupportedModelError, where programs are asked for, naming the node that they cannot express.
 */
export function compileNetwork(options: CompileNetworkOptions): CompiledNetwork {
  const { analysis, cuts, heads, name, pathPrefix } = options;
  if (heads.length !== cuts.length) {
    throw new InvalidInputError(`expected one head per cut, received ${heads.length} heads for ${cuts.length} cuts`);
  }
  const files = new Map<string, Uint8Array>();
  let inputOrders: EmittedStageProgram['outputOrders'] = [];
  const writeProgram = (bytes: Uint8Array, stem: string): BundleStageProgram => {
    const { steps, weights, outputOrders } = emitStageProgram(bytes, { inputOrders });
    const paths = { steps: `${stem}.json`, weights: `${stem}.safetensors` };
    files.set(paths.steps, steps).set(paths.weights, weights);
    inputOrders = outputOrders;
    return paths;
  };
  const stages = splitGraph(analysis, cuts).map((segment): BundleStage => {
    const head = heads[segment.index] ?? null;
    const { bytes, ...ports } = emitStage(segment, head, options);
    const stem = `${pathPrefix}stage-${String(segment.index).padStart(2, '0')}`;
    const model = `${stem}.onnx`;
    files.set(model, bytes);
    return {
      name: segment.name,
      model,
      ...(options.programs === true ? { program: writeProgram(bytes, stem) } : {}),
      ...ports,
      segmentMacs: segment.macs,
      headMacs: head === null ? 0 : headMacs(head.specification),
      head: head?.specification ?? null,
    };
  });
  return { network: { name, backboneMacs: analysis.backboneMacs, batch: analysis.batch, stages }, files };
}

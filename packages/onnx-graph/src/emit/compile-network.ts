import type { BundleNetwork, BundleStage } from '@ztw/bundle';
import { InvalidInputError } from '@ztw/core';
import { type Head, headMacs } from '@ztw/heads';
import type { GraphAnalysis } from '../analysis/analyse-graph.ts';
import type { Cut } from '../analysis/cut.ts';
import { splitGraph } from '../segment/split-graph.ts';
import { graphToProgram, type TranslatedGraph } from '../to-program/graph-to-program.ts';
import { type StagePaths, stageFilesWriter } from '../weights/stage-files.ts';
import { buildStage, type EmitOptions } from './emit-stage.ts';

/**
 * The runtimes of a bundle: ONNX Runtime, which reads each stage as an ONNX file, TensorFlow.js, which reads it as a
 * program, or both.
 */
export type BundleRuntimes = (typeof bundleRuntimes)[number];

export const bundleRuntimes = ['onnx', 'tfjs', 'both'] as const;

export interface CompileNetworkOptions extends EmitOptions {
  readonly analysis: GraphAnalysis;
  /** Cuts from `chooseCuts`; empty for a network that is not split. */
  readonly cuts: readonly Cut[];
  /** One per cut, in order. */
  readonly heads: readonly Head[];
  readonly name: string;
  /** Folder of the stage files inside the bundle, with a trailing slash: `networks/0/`. */
  readonly pathPrefix: string;
  /** For which runtimes each stage is written. All forms of a stage share their values. Default: `onnx`. */
  readonly runtimes?: BundleRuntimes;
}

/** The description of a network in a bundle, and its files. */
export interface CompiledNetwork {
  readonly network: BundleNetwork;
  /** Bytes by path inside the bundle. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/**
 * Cuts a network, adds the heads and writes the files of each stage: its values in a safetensors file, its graph as an
 * ONNX file or a program that refers to them.
 * @throws InvalidInputError for cuts or heads that do not fit the network or each other;
 *   InvalidModelError for a damaged head;
 *   UnsupportedModelError naming the node that a program cannot express (unless for `onnx` only).
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
  const { runtimes = 'onnx' } = options;
  const writer = stageFilesWriter(pathPrefix);
  let inputOrders: TranslatedGraph['outputOrders'] = [];
  const described = splitGraph(analysis, cuts).map((segment): Omit<BundleStage, keyof StagePaths> => {
    const head = heads[segment.index] ?? null;
    const { model, ...ports } = buildStage(segment, head, options);
    const { graph, opset } = model;
    const program = runtimes === 'onnx' ? null : graphToProgram({ graph, opset, inputOrders });
    inputOrders = program?.outputOrders ?? [];
    writer.add({ model: runtimes === 'tfjs' ? null : model, program, head });
    return {
      name: segment.name,
      ...ports,
      segmentMacs: segment.macs,
      headMacs: head === null ? 0 : headMacs(head.specification),
      head: head?.specification ?? null,
    };
  });
  const { files, stages: paths } = writer.finish();
  const stages = described.map((stage, index): BundleStage => ({ ...stage, ...paths[index] }));
  return { network: { name, backboneMacs: analysis.backboneMacs, batch: analysis.batch, stages }, files };
}

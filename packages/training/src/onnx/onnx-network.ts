// A pretrained network as a training sees it: its bytes, its graph, and what the graph costs where.

import { sha256 } from '@ztw/bundle';
import { about, type Parameter } from '@ztw/core/runtime';
import { type AnalyseGraphOptions, analyseGraph, type GraphAnalysis, programToOnnx, readModel } from '@ztw/onnx-graph';
import type { TensorProgram } from '@ztw/program';
import type { OnnxBackend } from './onnx-backend.ts';

export interface OnnxNetwork {
  readonly name: string;
  /** The complete ONNX file. */
  readonly bytes: Uint8Array;
  /** Lower-case hex, of the bytes. */
  readonly sha256: string;
  readonly analysis: GraphAnalysis;
  /** The file's own output, which may lie behind a softmax that the stages leave out. */
  readonly output: string;
}

/** An ONNX file, or a whole network as a program: `layersModelProgram` and `graphModelProgram` of `@ztw/runtime-tfjs` make one. */
export type NetworkSource =
  | { readonly name: string; readonly bytes: Uint8Array }
  | {
      readonly name: string;
      readonly program: TensorProgram;
      readonly weights: ReadonlyMap<string, Parameter>;
    };

export interface OpenNetworkOptions {
  readonly onnx: Pick<OnnxBackend, 'probe'>;
  /** What the file leaves open. */
  readonly graph?: AnalyseGraphOptions;
  /** What messages call the network. Default: its name. */
  readonly subject?: string;
}

/**
 * Reads and analyses a network; this runs it twice on zeros.
 * @throws InvalidModelError when it is no valid network, UnsupportedModelError for one that cannot be cut, or a program that ONNX cannot
 *   express.
 */
export async function openNetwork(source: NetworkSource, options: OpenNetworkOptions): Promise<OnnxNetwork> {
  const { onnx, graph = {}, subject = source.name } = options;
  const { name } = source;
  return about(subject, async () => {
    const bytes = 'bytes' in source ? source.bytes : programToOnnx(source.program, source.weights, { name });
    const analysis = await analyseGraph(readModel(bytes), onnx.probe, graph);
    const output = graph.output ?? analysis.source.model.graph.output[0]?.name ?? analysis.output.name;
    return { name, bytes, sha256: await sha256(bytes), analysis, output };
  });
}

// A pretrained network as training sees it: its bytes, its graph, and the costs along the graph.

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
  /** The file's own output. It may come after a softmax that the stages leave out. */
  readonly output: string;
}

/**
 * An ONNX file, or a whole network as a program of `layersModelProgram` or `graphModelProgram` of `@ztw/runtime-tfjs`.
 */
export type NetworkSource =
  | { readonly name: string; readonly bytes: Uint8Array }
  | {
      readonly name: string;
      readonly program: TensorProgram;
      readonly weights: ReadonlyMap<string, Parameter>;
    };

export interface OpenNetworkOptions {
  readonly onnx: Pick<OnnxBackend, 'probe'>;
  /** Values that the file leaves open. */
  readonly graph?: AnalyseGraphOptions;
  /** The network's name in messages. Default: its name. */
  readonly subject?: string;
}

/**
 * Reads and analyses a network. This runs it twice on zeros.
 * @throws InvalidModelError when it is not a valid network; UnsupportedModelError for a network that cannot be cut, or
 *   a program that ONNX cannot express.
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

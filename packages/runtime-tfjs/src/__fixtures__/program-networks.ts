// Networks cut into stages with programs, beside the same stages as ONNX files.

import type { BundleNetwork, BundleReader, RowShape } from '@ztw/core';
import { compileNetwork, emitStageProgram } from '@ztw/onnx-graph';
import { cutNetwork } from '../../../runtime-onnx/test/support/cut-network.ts';
import { runtimes } from '../../../runtime-onnx/test/support/runtimes.ts';
import { readFrom, tinyClasses, tinyInputShape, tinyNetwork } from '../../../runtime-onnx/test/support/tiny-network.ts';

export interface ProgramNetwork {
  readonly network: BundleNetwork;
  readonly readFile: BundleReader;
  readonly classes: number;
  readonly inputShape: RowShape;
}

/** The hand-made dense network of three stages, with two tensors at its second cut. */
export function tinyProgramNetwork(): ProgramNetwork {
  const { network, files } = tinyNetwork();
  const all = new Map(files);
  const stages = network.stages.map((stage, index) => {
    const { steps, weights } = emitStageProgram(files.get(stage.model)!);
    const program = { steps: `stages/${index}.json`, weights: `stages/${index}.safetensors` };
    all.set(program.steps, steps).set(program.weights, weights);
    return { ...stage, program };
  });
  return { network: { ...network, stages }, readFile: readFrom(all), classes: tinyClasses, inputShape: tinyInputShape };
}

/** The ONNX Runtime that finds shapes and gives the values to compare with. */
export const [{ ort }] = runtimes as readonly [(typeof runtimes)[number]];

/** A pretrained network cut at the usual places, with heads of random values whose confidences spread. */
export async function cutProgramNetwork(path: string): Promise<ProgramNetwork> {
  const { analysis, cuts, heads, name } = await cutNetwork({ ort, path, sharpness: 4 });
  const { network, files } = compileNetwork({ analysis, cuts, heads, name, pathPrefix: 'stages/', programs: true });
  return { network, readFile: readFrom(files), classes: analysis.classes, inputShape: analysis.input.rowShape };
}

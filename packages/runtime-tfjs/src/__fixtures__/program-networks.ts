// Networks cut into stages, each with its program and its ONNX file.

import type { BundleNetwork, BundleReader, BundleStage } from '@ztw/bundle';
import type { InputSpecification } from '@ztw/core';
import { denseInputs } from '@ztw/core/runtime';
import type { Head } from '@ztw/heads';
import { type CompiledNetwork, type Cut, compileNetwork, emitStageProgram } from '@ztw/onnx-graph';
import type { OnnxRuntime } from '@ztw/runtime-onnx';
import { cutNetwork } from '../../../runtime-onnx/test/support/cut-network.ts';
import { runtimes } from '../../../runtime-onnx/test/support/runtimes.ts';
import { readFrom, tinyClasses, tinyInputShape, tinyNetwork } from '../../../runtime-onnx/test/support/tiny-network.ts';

export interface ProgramNetwork {
  readonly network: BundleNetwork;
  /** The same network uncut, as a single stage. */
  readonly whole: BundleNetwork;
  readonly readFile: BundleReader;
  readonly classes: number;
  readonly inputs: readonly InputSpecification[];
}

/** The hand-made dense network of three stages, with two tensors at its second cut. */
export function tinyProgramNetwork(): ProgramNetwork {
  const { network, files, whole } = tinyNetwork();
  const all = new Map(files).set('whole.onnx', whole);
  const withProgram = (stage: BundleStage): BundleStage => {
    const { steps, weights } = emitStageProgram(all.get(stage.model!)!);
    const program = { steps: `${stage.model}.json`, weights: `${stage.model}.safetensors` };
    all.set(program.steps, steps).set(program.weights, weights);
    return { ...stage, program };
  };
  const [{ inputs }, , last] = network.stages as [BundleStage, BundleStage, BundleStage];
  return {
    network: { ...network, stages: network.stages.map(withProgram) },
    whole: { ...network, stages: [withProgram({ ...last, inputs, model: 'whole.onnx' })] },
    readFile: readFrom(all),
    classes: tinyClasses,
    inputs: denseInputs(tinyInputShape),
  };
}

/** The ONNX Runtime that finds shapes and computes the expected values. */
export const ort: OnnxRuntime = (runtimes[0] as (typeof runtimes)[number]).ort;

/** A pretrained network cut at the usual places, with heads of random values whose confidences spread. */
export async function cutProgramNetwork(path: string): Promise<ProgramNetwork> {
  const { analysis, cuts, heads, name } = await cutNetwork({ ort, path, sharpness: 4 });
  const compile = (at: readonly Cut[], withHeads: readonly Head[], pathPrefix: string): CompiledNetwork =>
    compileNetwork({ analysis, cuts: at, heads: withHeads, name, pathPrefix, runtimes: 'both' });
  const staged = compile(cuts, heads, 'stages/');
  const whole = compile([], [], 'whole/');
  return {
    network: staged.network,
    whole: whole.network,
    readFile: readFrom(new Map([...staged.files, ...whole.files])),
    classes: analysis.classes,
    inputs: denseInputs(analysis.input.rowShape),
  };
}

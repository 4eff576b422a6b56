import { encodeSafetensors } from '@ztw/bundle';
import { encodeTensorProgram } from '@ztw/program';
import { readModel } from '../model/read-model.ts';
import { type GraphToProgramOptions, graphToProgram, type TranslatedGraph } from './graph-to-program.ts';

export interface EmitStageProgramOptions extends Pick<GraphToProgramOptions, 'inputOrders'> {}

/** A stage's program as the files of a bundle, and the layout of its outputs, which the next stage needs. */
export interface EmittedStageProgram extends Pick<TranslatedGraph, 'outputOrders'> {
  /** The program as JSON. */
  readonly steps: Uint8Array;
  /** Its weights as safetensors. */
  readonly weights: Uint8Array;
}

/**
 * Translates a stage's ONNX file from `emitStage` to a program, for runtimes that cannot read ONNX files.
 * @throws UnsupportedModelError naming the node that a program cannot express, and why.
 */
export function emitStageProgram(bytes: Uint8Array, options: EmitStageProgramOptions = {}): EmittedStageProgram {
  const { graph, opset } = readModel(bytes);
  const translated = graphToProgram({ graph, opset, ...options });
  const { program, weights, outputOrders } = translated;
  return { steps: encodeTensorProgram(program), weights: encodeSafetensors(weights), outputOrders };
}

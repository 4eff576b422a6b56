import { encodeSafetensors } from '@ztw/bundle';
import { encodeTensorProgram, type WrittenProgram } from '@ztw/program';
import { readModel } from '../model/read-model.ts';
import { type GraphToProgramOptions, graphToProgram, type TranslatedGraph } from './graph-to-program.ts';

export interface EmitStageProgramOptions extends Pick<GraphToProgramOptions, 'inputOrders'> {}

/** A stage's program as the files of a bundle, and what the next one needs to know of it. */
export interface EmittedStageProgram extends Pick<TranslatedGraph, 'outputOrders'>, StageProgramFiles {}

export interface StageProgramFiles {
  /** The program as JSON. */
  readonly steps: Uint8Array;
  /** Its weights as safetensors. */
  readonly weights: Uint8Array;
}

/**
 * Writes a stage's ONNX file, as `emitStage` makes it, as a program for runtimes that do not read ONNX files.
 * @throws UnsupportedModelError naming the node that programs cannot express, and why.
 */
export function emitStageProgram(bytes: Uint8Array, options: EmitStageProgramOptions = {}): EmittedStageProgram {
  const { graph, opset } = readModel(bytes);
  const translated = graphToProgram({ graph, opset, ...options });
  return { ...encodeProgramFiles(translated), outputOrders: translated.outputOrders };
}

/** A program as the two files that bundles hold of it. */
export function encodeProgramFiles({ program, weights }: WrittenProgram): StageProgramFiles {
  return { steps: encodeTensorProgram(program), weights: encodeSafetensors(weights) };
}

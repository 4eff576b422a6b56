// From a network's description, as bundles hold it and `compileNetwork` of `@ztw/onnx-graph` makes it with programs, to a
// model that runs.

import type { BundleNetwork, BundleStage, BundleTensor } from '@ztw/bundle';
import {
  InvalidBundleError,
  type RowShape,
  rowSize,
  type StageDescription,
  type StagedModel,
  UnsupportedModelError,
} from '@ztw/core';
import type { ProgramPort } from '@ztw/program';
import { type OpenProgram, openProgram } from './open-program.ts';
import type { TensorflowInference } from './tensorflow-inference.ts';
import type { TfFeatures } from './tf-features.ts';
import { type TfStage, TfStagedModel } from './tf-staged-model.ts';

export interface LoadNetworkOptions {
  readonly tf: TensorflowInference;
  readonly network: BundleNetwork;
  /** Bytes of a file by its path. */
  readonly readFile: (path: string) => Promise<Uint8Array>;
  readonly classes: number;
  readonly labels?: readonly string[] | null;
  readonly inputShape: RowShape;
}

/**
 * Uploads the weights of all stages to the backend that is set in `tf`, and compiles their programs.
 * @throws UnsupportedModelError where the network was made without programs; InvalidBundleError for a damaged program, or one
 *   that does not fit its description; whatever `readFile` throws. Nothing stays in memory after a failure.
 */
export async function loadNetwork(options: LoadNetworkOptions): Promise<StagedModel<TfFeatures>> {
  const { tf, network, classes, inputShape } = options;
  const stages: (TfStage & { readonly program: OpenProgram })[] = [];
  try {
    for (const [index, stage] of network.stages.entries()) {
      const program = await openStage(options, stage, index);
      stages.push({ description: describeStage(stage), program });
      checkPorts(stage, program, stages.at(-2)?.program.program.outputs ?? null);
    }
  } catch (error) {
    for (const { program } of stages) program.release();
    throw error;
  }
  return new TfStagedModel({
    tf,
    name: network.name,
    classes,
    labels: options.labels ?? null,
    inputShape,
    backboneMacs: network.backboneMacs,
    stages,
  });
}

async function openStage(
  { tf, network, readFile, classes }: LoadNetworkOptions,
  { name, program }: BundleStage,
  index: number,
): Promise<OpenProgram> {
  const what = `stage ${index} ("${name}") of "${network.name}"`;
  if (program === undefined) {
    throw new UnsupportedModelError(
      `${what} has no program, which TensorFlow.js needs. Make the bundle again with programs, or run it on ONNX Runtime.`,
    );
  }
  const [steps, weights] = [await readFile(program.steps), await readFile(program.weights)];
  return openProgram({ tf, steps, weights, path: program.steps, what, previousClasses: classes, classes });
}

function describeStage(stage: BundleStage): StageDescription {
  return {
    name: stage.name,
    network: 0,
    isFinal: stage.head === null,
    usesPreviousLogits: stage.previousLogits !== null,
    segmentMacs: stage.segmentMacs,
    headMacs: stage.headMacs,
  };
}

function checkPorts(
  { name, inputs, outputs, previousLogits }: BundleStage,
  { program }: OpenProgram,
  arriving: readonly ProgramPort[] | null,
): void {
  const expected = arriving ?? inputs;
  const fits =
    sameShapes(program.inputs, expected) &&
    sameSizes(program.inputs, inputs) &&
    sameSizes(program.outputs, outputs) &&
    (program.previousLogits === null) === (previousLogits === null);
  if (!fits) {
    throw new InvalidBundleError(
      `The program of stage "${name}" takes or returns other tensors than its description says. Make the bundle again.`,
    );
  }
}

function sameShapes(left: readonly BundleTensor[], right: readonly BundleTensor[]): boolean {
  return (
    left.length === right.length &&
    left.every(({ rowShape }, index) => rowShape.join() === right[index]?.rowShape.join())
  );
}

function sameSizes(left: readonly BundleTensor[], right: readonly BundleTensor[]): boolean {
  return (
    left.length === right.length &&
    left.every(({ rowShape }, index) => rowSize(rowShape) === rowSize(right[index]?.rowShape ?? []))
  );
}

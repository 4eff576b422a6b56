// From a network's description, as bundles hold it and `compileNetwork` of `@ztw/onnx-graph` makes it with programs, to a
// model that runs.

import { type BundleNetworkSource, type BundleStage, type BundleTensor, describeStage } from '@ztw/bundle';
import { type FreeShape, InvalidBundleError, UnsupportedModelError } from '@ztw/core';
import type { RuntimeModel } from '@ztw/core/runtime';
import type { ProgramPort } from '@ztw/program';
import { type OpenProgram, openProgram } from './open-program.ts';
import type { TensorflowInference } from './tensorflow-inference.ts';
import { type TfStage, tfStagedModel } from './tf-staged-model.ts';

export interface LoadNetworkOptions extends BundleNetworkSource {
  readonly tf: TensorflowInference;
}

/**
 * Uploads the weights of all stages to the backend that is set in `tf`, and compiles their programs.
 * @throws UnsupportedModelError where the network was made without programs, or takes inputs of a type that TensorFlow.js lacks; InvalidBundleError for a damaged program, or one
 *   that does not fit its description; whatever `readFile` throws. Nothing stays in memory after a failure.
 */
export async function loadNetwork(options: LoadNetworkOptions): Promise<RuntimeModel> {
  const { tf, network, classes, inputs } = options;
  const stages: (TfStage & { readonly program: OpenProgram })[] = [];
  try {
    for (const [index, stage] of network.stages.entries()) {
      const program = await openStage(options, stage, index);
      stages.push({ description: describeStage(stage), program });
      checkPorts(stage, program, stages.at(-2)?.program.program.outputs ?? null);
    }
    return tfStagedModel({
      tf,
      name: network.name,
      classes,
      labels: options.labels ?? null,
      inputs,
      backboneMacs: network.backboneMacs,
      stages,
    });
  } catch (error) {
    for (const { program } of stages) program.release();
    throw error;
  }
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
    left.every(({ rowShape }, index) => sizeOf(rowShape) === sizeOf(right[index]?.rowShape ?? []))
  );
}

/** Number of values in one row; no number where an axis is free, which no program knows. */
function sizeOf(shape: FreeShape): number {
  return shape.reduce<number>((size, length) => size * (typeof length === 'number' ? length : Number.NaN), 1);
}

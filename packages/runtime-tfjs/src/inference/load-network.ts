// From the description of a network with programs to a model that runs. Bundles hold such descriptions;
// `compileNetwork` of `@ztw/onnx-graph` makes them.

import {
  type BundleNetworkSource,
  type BundleStage,
  type BundleTensor,
  describeStage,
  openStageWeights,
} from '@ztw/bundle';
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
 * @throws UnsupportedModelError where the network has no programs, or has inputs of a type that TensorFlow.js lacks.
 * @throws InvalidBundleError for a program that is damaged or does not fit its description. Errors of `readFile` pass
 *   through. Nothing stays in memory after a failure.
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
  { name, program, weights: shared = [] }: BundleStage,
  index: number,
): Promise<OpenProgram> {
  const what = `stage ${index} ("${name}") of "${network.name}"`;
  if (program === undefined) {
    throw new UnsupportedModelError(
      `Expected a program of ${what}, which TensorFlow.js runs; received none. Make the bundle again with programs, or run it on ONNX Runtime.`,
      { expected: 'a program', path: what },
    );
  }
  const steps = await readFile(program.steps);
  const weights = await openStageWeights(program.weights === undefined ? shared : [program.weights], readFile);
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
      `Expected the tensors of its description in the program of stage "${name}"; received a program with other tensors. ` +
        'Make the bundle again.',
      {
        expected: {
          inputs: expected.map(({ rowShape }) => rowShape),
          outputs: outputs.map(({ rowShape }) => rowShape),
        },
        received: {
          inputs: program.inputs.map(({ rowShape }) => rowShape),
          outputs: program.outputs.map(({ rowShape }) => rowShape),
        },
        path: name,
      },
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

/** Number of values in one row; NaN where an axis is free, which programs cannot have. */
function sizeOf(shape: FreeShape): number {
  return shape.reduce<number>((size, length) => size * (typeof length === 'number' ? length : Number.NaN), 1);
}

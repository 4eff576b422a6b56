// From the description of a network with programs to a model that runs. Bundles hold such descriptions;
// `compileNetwork` of `@ztw/onnx-graph` makes them.

import {
  type ArrivingNetwork,
  allStages,
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
import { tfStagedModel } from './tf-staged-model.ts';

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
  return allStages(openNetwork(options));
}

/** Opens the program of each stage as soon as its files have arrived and the stage before it is open. */
export function openNetwork(options: LoadNetworkOptions): ArrivingNetwork & { readonly model: RuntimeModel } {
  const { tf, network, classes, inputs } = options;
  let before: Promise<OpenProgram | null> = Promise.resolve(null);
  const stages = network.stages.map((stage, index) => {
    const program = openStage(options, stage, index, before);
    before = program;
    return { description: describeStage(stage), program };
  });
  const arrivals = stages.map(({ program }) => program.then(() => undefined));
  // A stage that fails is no unhandled rejection: nobody may be waiting for it yet.
  for (const arrival of arrivals) arrival.catch(() => undefined);
  try {
    const { name, backboneMacs } = network;
    const model = tfStagedModel({ tf, name, classes, labels: options.labels ?? null, inputs, backboneMacs, stages });
    return { model, stages: arrivals };
  } catch (error) {
    for (const { program } of stages) {
      program.then(
        (opened) => opened.release(),
        () => undefined,
      );
    }
    throw error;
  }
}

/** @param before The program of the stage before; null for the first stage. */
async function openStage(
  { tf, network, readFile, classes }: LoadNetworkOptions,
  stage: BundleStage,
  index: number,
  before: Promise<OpenProgram | null>,
): Promise<OpenProgram> {
  const what = `stage ${index} ("${stage.name}") of "${network.name}"`;
  if (stage.program === undefined) {
    throw new UnsupportedModelError(
      `Expected a program of ${what}, which TensorFlow.js runs; received none. Make the bundle again with programs, or run it on ONNX Runtime.`,
      { expected: 'a program', path: what },
    );
  }
  const { steps: path, weights: own } = stage.program;
  const paths = own === undefined ? (stage.weights ?? []) : [own];
  const [steps, weights] = await Promise.all([readFile(path), openStageWeights(paths, readFile)]);
  const arriving = (await before)?.program.outputs ?? null;
  const program = openProgram({ tf, steps, weights, path, what, previousClasses: classes, classes });
  try {
    checkPorts(stage, program, arriving);
    return program;
  } catch (error) {
    program.release();
    throw error;
  }
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

// A staged model on TensorFlow.js: one program per stage, with features in the memory of the backend in between. Each
// tensor has one owner, which disposes it. No `tidy` scope is open, because a scope must not span an await.

import type { Tensor } from '@tensorflow/tfjs-core';
import type { InputSpecification, InputTensor, StageDescription, StagedModelSupport } from '@ztw/core';
import { createStagedModel, type RuntimeModel } from '@ztw/core/runtime';
import type { StageRunner } from './open-program.ts';
import { takeEntries } from './take-entries.ts';
import { runKernel, type TensorflowInference } from './tensorflow-inference.ts';

/** A stage. */
export interface TfStage {
  readonly description: StageDescription;
  /** Rows that need a program that has not arrived wait for it. */
  readonly program: StageRunner | Promise<StageRunner>;
}

export interface TfStagedModelContent {
  readonly tf: TensorflowInference;
  readonly name: string;
  readonly classes: number;
  readonly labels: readonly string[] | null;
  readonly inputs: readonly InputSpecification[];
  readonly backboneMacs: number;
  readonly stages: readonly TfStage[];
}

/**
 * The tensors of a cut; their first axis is the row axis. Nothing else holds them. Empty after a program has consumed
 * them.
 */
type TfRows = Tensor[];

/** What every model on TensorFlow.js can do. */
export const tensorflowSupport: StagedModelSupport = {
  parallelRuns: true,
  featureMemory: 'device',
  concatRows: true,
  inputTypes: ['float32', 'int32'],
};

/**
 * @throws UnsupportedModelError for inputs that are neither float32 nor int32, the only types that TensorFlow.js
 * computes with.
 */
export function tfStagedModel({ tf, stages, ...description }: TfStagedModelContent): RuntimeModel {
  /** Copies the data, because backends on the host keep the array that they receive. */
  const upload = (data: Float32Array | Int32Array, shape: number[]): Tensor =>
    tf.keep(tf.tensor(data.slice(), shape, data instanceof Int32Array ? 'int32' : 'float32'));

  return createStagedModel<TfRows>({
    ...description,
    stages: stages.map((stage) => stage.description),
    supports: tensorflowSupport,

    upload: ({ rows, inputs }) =>
      description.inputs.map(({ name }) => {
        const { data, rowShape } = inputs[name] as InputTensor;
        return upload(data as Float32Array | Int32Array, [rows, ...rowShape]);
      }),

    async run(stageIndex, tensors, previousLogits, rows) {
      const program = await (stages[stageIndex] as TfStage).program;
      const previous = previousLogits === null ? null : upload(previousLogits, [rows, description.classes]);
      // The program disposes its inputs after the last step that reads them, and may return one of them.
      const { outputs, logits } = program.run(tensors.splice(0), previous, rows);
      try {
        const isLast = stageIndex === stages.length - 1;
        return { tensors: isLast ? null : [...outputs], logits: Float32Array.from(await logits.data()) };
      } catch (error) {
        free(outputs);
        throw error;
      } finally {
        logits.dispose();
      }
    },

    keep: (tensors, kept) => tensors.map((tensor) => tf.keep(takeEntries(tf, tensor, 0, kept))),

    concat: (parts) =>
      (parts[0]?.tensors ?? []).map((_tensor, position) => {
        const joined = parts.map(({ tensors }) => tensors[position] as Tensor);
        return tf.keep(runKernel(tf, 'Concat', joined, { axis: 0 }));
      }),

    free,

    async dispose() {
      for (const outcome of await Promise.allSettled(stages.map(({ program }) => program))) {
        if (outcome.status === 'fulfilled') outcome.value.release();
      }
    },
  });
}

function free(tensors: readonly Tensor[]): void {
  for (const tensor of tensors) tensor.dispose();
}

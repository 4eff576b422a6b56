// The staged executor on TensorFlow.js: one program per stage, features in the backend's memory in between.
// Every tensor has one owner and is freed by name; no scope is held, least of all across an await.

import type { Tensor } from '@tensorflow/tfjs-core';
import {
  checkInputBatch,
  type InputBatch,
  InvalidInputError,
  type RowShape,
  type StageDescription,
  type StagedModel,
  type StagedModelSupport,
  type StageOutput,
  UseGuard,
} from '@ztw/core';
import { checkKeptRows } from './check-kept-rows.ts';
import type { StageRunner } from './open-program.ts';
import { takeEntries } from './take-entries.ts';
import { runKernel, type TensorflowInference } from './tensorflow-inference.ts';
import { TfFeatures } from './tf-features.ts';

/** A stage that is ready to run. */
export interface TfStage {
  readonly description: StageDescription;
  readonly program: StageRunner;
}

export interface TfStagedModelContent {
  readonly tf: TensorflowInference;
  readonly name: string;
  readonly classes: number;
  readonly labels: readonly string[] | null;
  readonly inputShape: RowShape;
  readonly backboneMacs: number;
  readonly stages: readonly TfStage[];
}

export class TfStagedModel implements StagedModel<TfFeatures> {
  readonly specificationVersion = 'v1';
  readonly supports: StagedModelSupport = { parallelRuns: true, featureMemory: 'device', concatRows: true };
  readonly name: string;
  readonly classes: number;
  readonly labels: readonly string[] | null;
  readonly inputShape: RowShape;
  readonly stages: readonly StageDescription[];
  readonly backboneMacs: number;
  readonly #tf: TensorflowInference;
  readonly #stages: readonly TfStage[];
  readonly #guard: UseGuard;

  constructor(content: TfStagedModelContent) {
    this.name = content.name;
    this.classes = content.classes;
    this.labels = content.labels;
    this.inputShape = content.inputShape;
    this.backboneMacs = content.backboneMacs;
    this.stages = content.stages.map((stage) => stage.description);
    this.#tf = content.tf;
    this.#stages = content.stages;
    this.#guard = new UseGuard(`The model "${content.name}"`);
  }

  async load(input: InputBatch): Promise<TfFeatures> {
    this.#guard.assertUsable();
    checkInputBatch(input, this.inputShape);
    const { data, rows } = input;
    // A copy: backends on the host keep the array that they are given.
    const tensor = this.#tf.keep(this.#tf.tensor(data.slice(), [rows, ...this.inputShape], 'float32'));
    return new TfFeatures({ tensors: [tensor], rows, stageIndex: 0 });
  }

  runStage(
    stageIndex: number,
    features: TfFeatures,
    previousLogits: Float32Array | null,
  ): Promise<StageOutput<TfFeatures>> {
    return this.#guard.use(async () => {
      const { program, previous } = this.#prepare(stageIndex, features, previousLogits);
      const { tensors, rows } = features.take();
      const { outputs, logits } = program.run(tensors, previous, rows);
      const isLast = stageIndex === this.#stages.length - 1;
      const next = isLast ? null : new TfFeatures({ tensors: outputs, rows, stageIndex: stageIndex + 1 });
      try {
        return { features: next, logits: Float32Array.from(await logits.data()) };
      } catch (error) {
        next?.drop();
        throw error;
      } finally {
        logits.dispose();
      }
    });
  }

  /** Checks the call and uploads the logits of the stage before; frees the features where it throws. */
  #prepare(
    stageIndex: number,
    features: TfFeatures,
    previousLogits: Float32Array | null,
  ): { readonly program: StageRunner; readonly previous: Tensor | null } {
    try {
      const { rows, stageIndex: expectedStage } = features.content();
      const stage = this.#stages[stageIndex];
      if (stage === undefined || stageIndex !== expectedStage) {
        throw new InvalidInputError(
          `These features go into stage ${expectedStage} of 0..${this.#stages.length - 1}, but stage ${stageIndex} was asked for.`,
        );
      }
      const { description, program } = stage;
      if (!description.usesPreviousLogits) return { program, previous: null };
      if (previousLogits?.length !== rows * this.classes) {
        throw new InvalidInputError(
          `Stage ${stageIndex} ("${description.name}") needs ${rows} x ${this.classes} logits of the stage before (previous_logits), but got ${previousLogits?.length ?? 'none'}.`,
        );
      }
      const previous = this.#tf.tensor(previousLogits.slice(), [rows, this.classes], 'float32');
      return { program, previous: this.#tf.keep(previous) };
    } catch (error) {
      features.drop();
      throw error;
    }
  }

  async keepRows(features: TfFeatures, kept: Int32Array): Promise<TfFeatures> {
    this.#guard.assertUsable();
    const content = features.content();
    try {
      checkKeptRows(kept, content.rows);
      if (kept.length === content.rows) return new TfFeatures(features.take());
      const tensors = content.tensors.map((tensor) => this.#tf.keep(takeEntries(this.#tf, tensor, 0, kept)));
      return new TfFeatures({ ...content, tensors, rows: kept.length });
    } finally {
      features.drop();
    }
  }

  async concatRows(parts: readonly TfFeatures[]): Promise<TfFeatures> {
    try {
      this.#guard.assertUsable();
      const contents = parts.map((part) => part.content());
      const [first, ...others] = contents;
      if (first === undefined || others.some(({ stageIndex }) => stageIndex !== first.stageIndex)) {
        throw new InvalidInputError('concatRows needs features that go into the same stage, at least one set of them.');
      }
      if (new Set(parts).size !== parts.length) {
        throw new InvalidInputError('concatRows got the same features twice; features are good for one use.');
      }
      const tensors = first.tensors.map((_tensor, position) =>
        this.#tf.keep(
          runKernel(
            this.#tf,
            'Concat',
            contents.map((content) => content.tensors[position] as Tensor),
            { axis: 0 },
          ),
        ),
      );
      return new TfFeatures({ ...first, tensors, rows: contents.reduce((sum, { rows }) => sum + rows, 0) });
    } finally {
      for (const part of parts) part.drop();
    }
  }

  release(features: TfFeatures): void {
    features.drop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#guard.dispose(async () => {
      for (const { program } of this.#stages) program.release();
    });
  }
}

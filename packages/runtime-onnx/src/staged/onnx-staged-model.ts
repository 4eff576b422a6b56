// The staged executor: one ONNX Runtime session per stage, features as host arrays in between.

import {
  checkInputBatch,
  type FeatureRows,
  type InputBatch,
  InvalidInputError,
  type RowShape,
  type StageDescription,
  type StagedModel,
  type StagedModelSupport,
  type StageOutput,
  UseGuard,
} from '@ztw/core';
import { BufferPool } from '../rows/buffer-pool.ts';
import type { RowGraph } from '../rows/row-graph.ts';
import { OnnxFeatures } from './onnx-features.ts';

/** A stage that is ready to run. Its graph returns the feature tensors of the next cut, then the logits. */
export interface OnnxStage {
  readonly description: StageDescription;
  readonly graph: RowGraph;
}

export interface OnnxStagedModelContent {
  readonly name: string;
  readonly classes: number;
  readonly labels: readonly string[] | null;
  readonly inputShape: RowShape;
  readonly backboneMacs: number;
  readonly stages: readonly OnnxStage[];
}

export class OnnxStagedModel implements StagedModel<OnnxFeatures> {
  readonly specificationVersion = 'v1';
  readonly supports: StagedModelSupport = { parallelRuns: true, featureMemory: 'host', concatRows: true };
  readonly name: string;
  readonly classes: number;
  readonly labels: readonly string[] | null;
  readonly inputShape: RowShape;
  readonly stages: readonly StageDescription[];
  readonly backboneMacs: number;
  readonly #stages: readonly OnnxStage[];
  readonly #guard: UseGuard;
  readonly #pool = new BufferPool();

  constructor(content: OnnxStagedModelContent) {
    this.name = content.name;
    this.classes = content.classes;
    this.labels = content.labels;
    this.inputShape = content.inputShape;
    this.backboneMacs = content.backboneMacs;
    this.stages = content.stages.map((stage) => stage.description);
    this.#stages = content.stages;
    this.#guard = new UseGuard(`The model "${content.name}"`);
  }

  async load(input: InputBatch): Promise<OnnxFeatures> {
    this.#guard.assertUsable();
    checkInputBatch(input, this.inputShape);
    return OnnxFeatures.of([input.data.slice()], input.rows, 0);
  }

  runStage(
    stageIndex: number,
    features: OnnxFeatures,
    previousLogits: Float32Array | null,
  ): Promise<StageOutput<OnnxFeatures>> {
    return this.#guard.use(async () => {
      const { tensors, borrowed, rows, stageIndex: expectedStage } = features.take(this.#pool);
      const stage = this.#stages[stageIndex];
      if (stage === undefined || stageIndex !== expectedStage) {
        throw new InvalidInputError(
          `These features go into stage ${expectedStage} of 0..${this.#stages.length - 1}, but stage ${stageIndex} was asked for.`,
        );
      }
      const inputs: FeatureRows[] = [...tensors];
      if (stage.description.usesPreviousLogits) {
        if (previousLogits === null) {
          throw new InvalidInputError(
            `Stage ${stageIndex} ("${stage.description.name}") needs the logits of the stage before, but got none.`,
          );
        }
        inputs.push(previousLogits);
      }
      // Graphs of a staged model are float32 throughout.
      const outputs = (await stage.graph.run(inputs, rows)) as Float32Array[];
      for (const buffer of borrowed) this.#pool.give(buffer);
      const logits = outputs.pop() as Float32Array;
      const isLast = stageIndex === this.#stages.length - 1;
      return {
        features: isLast ? null : OnnxFeatures.of(outputs, rows, stageIndex + 1),
        logits,
      };
    });
  }

  async keepRows(features: OnnxFeatures, kept: Int32Array): Promise<OnnxFeatures> {
    this.#guard.assertUsable();
    return features.keep(kept);
  }

  async concatRows(parts: readonly OnnxFeatures[]): Promise<OnnxFeatures> {
    this.#guard.assertUsable();
    return OnnxFeatures.join(parts);
  }

  release(features: OnnxFeatures): void {
    features.drop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#guard.dispose(async () => {
      for (const stage of this.#stages) {
        await stage.graph.release();
      }
    });
  }
}

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
import { checkKeptRows, compactRows } from '../rows/compact-rows.ts';
import type { RowGraph } from '../rows/row-graph.ts';
import { joinFeatures, OnnxFeatures } from './onnx-features.ts';

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
    return new OnnxFeatures({ tensors: [input.data.slice()], rows: input.rows, stageIndex: 0 });
  }

  runStage(
    stageIndex: number,
    features: OnnxFeatures,
    previousLogits: Float32Array | null,
  ): Promise<StageOutput<OnnxFeatures>> {
    return this.#guard.use(async () => {
      const { tensors, rows, stageIndex: expectedStage } = features.take();
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
      const logits = outputs.pop() as Float32Array;
      const isLast = stageIndex === this.#stages.length - 1;
      return {
        features: isLast ? null : new OnnxFeatures({ tensors: outputs, rows, stageIndex: stageIndex + 1 }),
        logits,
      };
    });
  }

  async keepRows(features: OnnxFeatures, kept: Int32Array): Promise<OnnxFeatures> {
    this.#guard.assertUsable();
    const content = features.take();
    checkKeptRows(kept, content.rows);
    if (kept.length === content.rows) {
      return new OnnxFeatures(content);
    }
    const tensors = content.tensors.map((tensor) => compactRows(tensor, tensor.length / content.rows, kept));
    return new OnnxFeatures({ ...content, tensors, rows: kept.length });
  }

  async concatRows(parts: readonly OnnxFeatures[]): Promise<OnnxFeatures> {
    this.#guard.assertUsable();
    return joinFeatures(parts);
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

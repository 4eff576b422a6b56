// The frame of the runtimes in this folder: plain rows on the host, and strict about every promise of the contract, so
// that a loop which breaks one fails here, not on a device.

import type {
  InputBatch,
  StageDescription,
  StagedModel,
  StagedModelSupport,
  StageOutput,
} from '../contract/staged-model.ts';
import type { RowShape } from '../contract/tensor.ts';
import { DisposedError, InvalidInputError, RuntimeFailureError } from '../errors/errors.ts';
import { checkInputBatch } from '../inference/check-input.ts';
import { joinRows } from '../numeric/join-rows.ts';
import { takeRows } from '../numeric/take-rows.ts';

/** What one stage computes. */
export interface HostStageOutput {
  /** `[rows, ...]` for the next stage; null after the last one. */
  readonly features: Float32Array | null;
  /** `[rows, classes]` */
  readonly logits: Float32Array;
}

/** A stage as a description and a function of its rows. */
export interface HostStage {
  readonly description: StageDescription;
  run(features: Float32Array, rows: number, previousLogits: Float32Array | null): HostStageOutput;
}

/** Rows that this runtime holds. Opaque to its callers; good for one use. */
export interface HostFeatures {
  readonly data: Float32Array;
  readonly rows: number;
}

export interface HostModelOptions {
  readonly name: string;
  readonly classes: number;
  readonly labels: readonly string[] | null;
  readonly inputShape: RowShape;
  readonly backboneMacs: number;
  readonly stages: readonly HostStage[];
}

/** A staged model made of functions over host arrays. */
export class HostModel implements StagedModel<HostFeatures> {
  readonly specificationVersion = 'v1';
  readonly supports: StagedModelSupport = { parallelRuns: true, featureMemory: 'host', concatRows: true };
  readonly name: string;
  readonly classes: number;
  readonly labels: readonly string[] | null;
  readonly inputShape: RowShape;
  readonly stages: readonly StageDescription[];
  readonly backboneMacs: number;
  readonly #stages: readonly HostStage[];
  readonly #live = new Set<HostFeatures>();
  #disposed = false;

  constructor({ name, classes, labels, inputShape, backboneMacs, stages }: HostModelOptions) {
    this.name = name;
    this.classes = classes;
    this.labels = labels;
    this.inputShape = inputShape;
    this.backboneMacs = backboneMacs;
    this.stages = stages.map((stage) => stage.description);
    this.#stages = stages;
  }

  /** How many sets of features are held: 0 when no run is under way, or something leaks. */
  get liveFeatures(): number {
    return this.#live.size;
  }

  async load(input: InputBatch): Promise<HostFeatures> {
    this.#requireUsable();
    checkInputBatch(input, this.inputShape);
    return this.#hold(input.data.slice(), input.rows);
  }

  async runStage(
    stageIndex: number,
    features: HostFeatures,
    previousLogits: Float32Array | null,
  ): Promise<StageOutput<HostFeatures>> {
    this.#requireUsable();
    const { data, rows } = this.#consume(features);
    const stage = this.#stages[stageIndex];
    if (stage === undefined) {
      throw new InvalidInputError(`Expected a stage from 0 to ${this.#stages.length - 1}; received ${stageIndex}.`);
    }
    const expected = stage.description.usesPreviousLogits ? rows * this.classes : undefined;
    if (previousLogits?.length !== expected) {
      throw new InvalidInputError(
        `Expected ${expected ?? 'no'} values of previous logits at stage '${stage.description.name}'; ` +
          `received ${previousLogits?.length ?? 'none'}.`,
      );
    }
    const output = stage.run(data, rows, previousLogits);
    return {
      logits: output.logits,
      features: output.features === null ? null : this.#hold(output.features, rows),
    };
  }

  async keepRows(features: HostFeatures, kept: Int32Array): Promise<HostFeatures> {
    this.#requireUsable();
    const { data, rows } = this.#consume(features);
    if (kept.length === 0 || !isAscending(kept, rows)) {
      throw new InvalidInputError(`Expected ascending positions among ${rows} rows, at least one; received [${kept}].`);
    }
    return this.#hold(takeRows(data, data.length / rows, kept), kept.length);
  }

  async concatRows(parts: readonly HostFeatures[]): Promise<HostFeatures> {
    this.#requireUsable();
    const consumed = parts.map((part) => this.#consume(part));
    const widths = new Set(consumed.map(({ data, rows }) => data.length / rows));
    if (widths.size !== 1) {
      throw new InvalidInputError(
        `Expected rows that go into one stage, at least one set; received rows of [${[...widths]}] values.`,
      );
    }
    return this.#hold(
      joinRows(consumed.map(({ data }) => data)),
      consumed.reduce((sum, { rows }) => sum + rows, 0),
    );
  }

  release(features: HostFeatures): void {
    this.#requireUsable();
    this.#consume(features);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    this.#live.clear();
  }

  #hold(data: Float32Array, rows: number): HostFeatures {
    const features: HostFeatures = { data, rows };
    this.#live.add(features);
    return features;
  }

  #consume(features: HostFeatures): HostFeatures {
    if (!this.#live.delete(features)) {
      throw new RuntimeFailureError(`internal: features of '${this.name}' were used after they had been consumed.`);
    }
    return features;
  }

  #requireUsable(): void {
    if (this.#disposed) throw new DisposedError(`The model '${this.name}' was disposed; create it again to use it.`);
  }
}

function isAscending(positions: Int32Array, rows: number): boolean {
  return positions.every((position, index) => position < rows && position > (positions[index - 1] ?? -1));
}

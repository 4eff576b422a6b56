import { checkRowCount, UseGuard } from '@ztw/core';
// A model in a worker, behind the contract of any other: the loop, the exits and the policies stay on this side, where only
// logits arrive, so that everything that runs a model runs this one.

import type { InputBatch, RowShape, StageDescription, StagedModel, StagedModelSupport, StageOutput } from '@ztw/core';
import type { ModelDescription, RemoteStageOutput } from './messages.ts';
import type { WorkerConnection } from './worker-connection.ts';

/** Features that the worker holds. Opaque to everybody but the model that made them. */
export interface RemoteFeatures {
  readonly number: number;
}

export class RemoteModel implements StagedModel<RemoteFeatures> {
  readonly specificationVersion = 'v1';
  readonly name: string;
  readonly supports: StagedModelSupport;
  readonly classes: number;
  readonly labels: readonly string[] | null;
  readonly inputShape: RowShape;
  readonly stages: readonly StageDescription[];
  readonly backboneMacs: number;
  readonly #connection: WorkerConnection;
  readonly #guard: UseGuard;
  #features = 0;

  constructor(description: ModelDescription, connection: WorkerConnection) {
    this.name = description.name;
    this.supports = description.supports;
    this.classes = description.classes;
    this.labels = description.labels;
    this.inputShape = description.inputShape;
    this.stages = description.stages;
    this.backboneMacs = description.backboneMacs;
    this.#connection = connection;
    this.#guard = new UseGuard(`The model "${description.name}"`);
  }

  load(input: InputBatch): Promise<RemoteFeatures> {
    return this.#guard.use(async () => {
      checkRowCount(input, this.inputShape);
      // The caller keeps its rows; the copy is moved.
      const data = new Float32Array(input.data);
      const result = this.#newFeatures();
      await this.#connection.perform({ kind: 'load', input: { rows: input.rows, data }, result: result.number }, [
        data.buffer,
      ]);
      return result;
    });
  }

  runStage(
    stageIndex: number,
    features: RemoteFeatures,
    previousLogits: Float32Array | null,
  ): Promise<StageOutput<RemoteFeatures>> {
    return this.#guard.use(async () => {
      const next = this.#newFeatures();
      const { logits, hasFeatures } = (await this.#connection.perform({
        kind: 'run-stage',
        stageIndex,
        features: features.number,
        // A copy of its own: a message takes the whole buffer of a view along.
        previousLogits: previousLogits === null ? null : previousLogits.slice(),
        result: next.number,
      })) as RemoteStageOutput;
      return { logits, features: hasFeatures ? next : null };
    });
  }

  keepRows(features: RemoteFeatures, kept: Int32Array): Promise<RemoteFeatures> {
    return this.#guard.use(async () => {
      const result = this.#newFeatures();
      await this.#connection.perform({
        kind: 'keep-rows',
        features: features.number,
        kept: kept.slice(),
        result: result.number,
      });
      return result;
    });
  }

  concatRows(parts: readonly RemoteFeatures[]): Promise<RemoteFeatures> {
    return this.#guard.use(async () => {
      const result = this.#newFeatures();
      await this.#connection.perform({
        kind: 'concat-rows',
        parts: parts.map(({ number }) => number),
        result: result.number,
      });
      return result;
    });
  }

  release(features: RemoteFeatures): void {
    // Nobody waits for it: a worker that is gone has freed everything already.
    this.#connection.perform({ kind: 'release', features: features.number }).catch(() => undefined);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#guard.dispose(async () => {
      try {
        await this.#connection.perform({ kind: 'dispose' });
      } finally {
        await this.#connection.terminate();
      }
    });
  }

  #newFeatures(): RemoteFeatures {
    this.#features += 1;
    return { number: this.#features };
  }
}

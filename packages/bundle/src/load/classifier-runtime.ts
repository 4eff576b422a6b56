// A runtime as a value: `onnx(ort)` and `tfjs(tf)` make one. Whoever loads a bundle needs nothing else of a runtime.

import type { StagedModel, StagedModelSupport } from '@ztw/core';
import type { BundleNetworkSource } from './network-source.ts';
import type { StageForm } from './stage-files.ts';

/** A way to run the networks of bundles. */
export interface ClassifierRuntime {
  readonly specificationVersion: 'v1';
  /** For messages: `onnxruntime`. */
  readonly name: string;
  /** The form in which it reads stages. */
  readonly reads: StageForm;
  /** What its models can do. */
  readonly supports: StagedModelSupport;
  /**
   * Begins to load what the runtime itself needs, such as a WebAssembly binary. Called while the first files of a bundle
   * are under way, so that both arrive together. May be called again.
   * @throws RuntimeFailureError if the runtime cannot start here.
   */
  start(): Promise<void>;
  /**
   * Opens a network whose files may still be under way.
   * @throws UnsupportedModelError for a network that this runtime cannot run.
   */
  openNetwork(source: BundleNetworkSource): ArrivingNetwork;
}

/** A network that runs as far as its stages have arrived. */
export interface ArrivingNetwork {
  /** Running a stage that has not arrived waits for it, and fails as its promise does. Disposing it frees all stages. */
  readonly model: StagedModel;
  /** One per stage, in order: resolves when the stage can run, and rejects if it never will. */
  readonly stages: readonly Promise<void>[];
}

/**
 * Waits until all stages of a network have arrived.
 * @returns its model.
 * @throws the error of the first stage that cannot run; the network is then freed.
 */
export async function allStages<Model extends StagedModel>({
  model,
  stages,
}: ArrivingNetwork & { readonly model: Model }): Promise<Model> {
  try {
    await Promise.all(stages);
    return model;
  } catch (error) {
    await model[Symbol.asyncDispose]();
    throw error;
  }
}

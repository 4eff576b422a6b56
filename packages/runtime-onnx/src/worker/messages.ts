// The messages to a worker and back. All of them are plain data. Features stay in the worker; messages name them by
// number.

import type { BundleManifest } from '@ztw/bundle';
import type { NamedInputBatch, StagedModel } from '@ztw/core';
import type { PackedError } from '@ztw/core/runtime';
import type { SessionSettings } from '../ort/onnx-runtime.ts';

/** The parts of a bundle that a worker needs to load it. */
export interface BundleContent extends SessionSettings {
  readonly manifest: BundleManifest;
  /** Stage models and weights files by their path in the bundle. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** How a model describes itself. */
export type ModelDescription = Pick<
  StagedModel,
  'name' | 'supports' | 'classes' | 'labels' | 'inputs' | 'stages' | 'backboneMacs'
>;

/**
 * A task for the worker. It consumes features as the model does. `result` is the number under which the worker keeps
 * the new ones.
 */
export type WorkerTask =
  | { readonly kind: 'open'; readonly content: BundleContent }
  | { readonly kind: 'load'; readonly input: NamedInputBatch; readonly result: number }
  | {
      readonly kind: 'run-stage';
      readonly stageIndex: number;
      readonly features: number;
      readonly previousLogits: Float32Array | null;
      readonly result: number;
    }
  | { readonly kind: 'keep-rows'; readonly features: number; readonly kept: Int32Array; readonly result: number }
  | { readonly kind: 'concat-rows'; readonly parts: readonly number[]; readonly result: number }
  | { readonly kind: 'release'; readonly features: number }
  | { readonly kind: 'dispose' };

export interface WorkerRequest {
  readonly call: number;
  readonly task: WorkerTask;
}

/** The result of `run-stage`. */
export interface RemoteStageOutput {
  readonly logits: Float32Array;
  /** Whether the worker keeps features under the task's `result`. */
  readonly hasFeatures: boolean;
}

export type WorkerReply =
  | { readonly call: number; readonly value: unknown }
  | { readonly call: number; readonly error: PackedError };

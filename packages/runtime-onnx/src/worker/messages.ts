// What goes over the border to a worker and back. All of it is plain data; features never cross, only their numbers do.

import type { BundleManifest } from '@ztw/bundle';
import type { NamedInputBatch, StagedModel } from '@ztw/core';
import type { PackedError } from '@ztw/core/runtime';
import type { SessionSettings } from '../ort/onnx-runtime.ts';

/** What a worker loads a bundle from. */
export interface BundleContent extends SessionSettings {
  readonly manifest: BundleManifest;
  /** Stage models by their path in the bundle. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** What a model says about itself. */
export type ModelDescription = Pick<
  StagedModel,
  'name' | 'supports' | 'classes' | 'labels' | 'inputs' | 'stages' | 'backboneMacs'
>;

/** Something to do. Features are consumed as by the model; `result` is the number under which new ones are kept. */
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

/** What a stage gives back. */
export interface RemoteStageOutput {
  readonly logits: Float32Array;
  /** Whether features were kept under the number that the task named. */
  readonly hasFeatures: boolean;
}

export type WorkerReply =
  | { readonly call: number; readonly value: unknown }
  | { readonly call: number; readonly error: PackedError };

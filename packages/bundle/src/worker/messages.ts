// The messages to a worker and back. All of them are plain data. Features stay in the worker; messages name them by
// number, and networks by theirs.

import type { NamedInputBatch, StagedModelSupport } from '@ztw/core';
import type { PackedError } from '@ztw/core/runtime';
import type { BundleNetworkSource } from '../load/network-source.ts';
import type { StageForm } from '../load/stage-files.ts';

/** A network without its files, which follow in messages of their own. */
export type NetworkDescription = Omit<BundleNetworkSource, 'readFile'>;

/** What a worker says of itself. */
export interface WorkerGreeting {
  /** Name of its runtime. */
  readonly name: string;
  readonly reads: StageForm;
  readonly supports: StagedModelSupport;
  /** Whether it makes rows of images. */
  readonly preparesImages: boolean;
}

/**
 * A task for the worker. It consumes features as a model does. `result` is the number under which the worker keeps the
 * new ones.
 */
export type WorkerTask =
  | {
      readonly kind: 'greet';
      /** A number of the page's own. The same greeting may arrive twice. */
      readonly caller: number;
      readonly settings: object;
    }
  | { readonly kind: 'start' }
  | { readonly kind: 'open'; readonly network: number; readonly description: NetworkDescription }
  | { readonly kind: 'file'; readonly network: number; readonly path: string; readonly bytes: Uint8Array }
  | { readonly kind: 'lost-file'; readonly network: number; readonly path: string; readonly error: PackedError }
  | { readonly kind: 'await-stage'; readonly network: number; readonly stageIndex: number }
  | { readonly kind: 'load'; readonly network: number; readonly input: NamedInputBatch; readonly result: number }
  | {
      readonly kind: 'run-stage';
      readonly network: number;
      readonly stageIndex: number;
      readonly features: number;
      readonly previousLogits: Float32Array | null;
      readonly result: number;
    }
  | {
      readonly kind: 'keep-rows';
      readonly network: number;
      readonly features: number;
      readonly kept: Int32Array;
      readonly result: number;
    }
  | {
      readonly kind: 'concat-rows';
      readonly network: number;
      readonly parts: readonly number[];
      readonly result: number;
    }
  | { readonly kind: 'release'; readonly network: number; readonly features: number }
  | { readonly kind: 'close'; readonly network: number }
  | { readonly kind: 'prepare-image'; readonly image: unknown; readonly settings: object };

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

/** What a worker posts when it begins to listen. */
export const readyMessage = { ready: true } as const;

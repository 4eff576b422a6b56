// How the stored examples of the original code are written, in its names. Reads files beside itself, so it works in
// Node only.

import { readFileSync } from 'node:fs';

export interface StoredTensor {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

export type StoredGradients = Readonly<Record<string, StoredTensor | null>>;

export interface StoredArchitecture {
  readonly head_type: string;
  readonly out_size: number;
  readonly cascading: boolean | null;
  readonly layer_norm?: boolean;
  readonly pool_size?: number;
  readonly num_layers?: number;
  readonly hidden_dim?: number | null;
  readonly input: StoredTensor;
}

export interface StoredHead extends StoredArchitecture {
  readonly detach?: boolean;
  readonly params: Readonly<Record<string, StoredTensor>>;
  readonly output: StoredTensor;
  readonly labels: StoredTensor;
  readonly loss_ce_mean: number;
  readonly grads: StoredGradients;
  readonly grad_input: StoredTensor;
  readonly cascading_input?: StoredTensor | null;
  readonly grad_cascading_input?: StoredTensor | null;
}

export interface HeadFile {
  readonly cases: readonly StoredHead[];
}

export interface NetworkFile {
  readonly models: readonly {
    readonly model: string;
    readonly head_logits: readonly StoredTensor[];
    readonly features?: readonly StoredTensor[];
    readonly params?: Readonly<Record<string, StoredTensor>>;
    readonly thresholds: readonly {
      readonly threshold: number;
      readonly expected_exit_at: StoredTensor;
      readonly expected_outputs: StoredTensor;
    }[];
  }[];
}

export interface PoolFile {
  readonly cases: readonly {
    readonly alpha: StoredTensor;
    readonly input: StoredTensor;
    readonly output: StoredTensor;
    readonly grad_output: StoredTensor;
    readonly grad_input: StoredTensor;
    readonly grad_alpha: StoredTensor;
  }[];
}

export interface CascadeFile {
  readonly cases: readonly {
    readonly head_type: string;
    readonly layer_norm: boolean;
    readonly detach: boolean;
    readonly num_classes: number;
    readonly params: Readonly<Record<string, StoredTensor>>;
    readonly features: readonly StoredTensor[];
    readonly final_logits: StoredTensor;
    readonly labels: StoredTensor;
    readonly ic_logits: readonly StoredTensor[];
    readonly ic_losses: readonly number[];
    readonly final_loss: number;
    readonly grads_loss_sum: StoredGradients;
    readonly loss_ref: number;
    readonly grads_loss_ref: StoredGradients;
    readonly grad_norm_per_ic_loss: readonly Readonly<Record<string, number | null>>[];
    readonly adam5: {
      readonly lr: number;
      readonly weight_decay: number;
      readonly losses: readonly number[];
      readonly params_after: Readonly<Record<string, StoredTensor>>;
    };
  }[];
}

export function read<File>(name: string): File {
  return JSON.parse(readFileSync(new URL(`./${name}.json`, import.meta.url), 'utf8')) as File;
}

// Typed access to stored examples of the original PyTorch code. Reads files beside itself, so it works in Node only.

import { readFileSync } from 'node:fs';
import type { EnsembleExit, EnsembleSpecification } from '@ztw/core';

/** One ensemble on the predictions of all exits up to its own. */
export interface GoldenEnsemble {
  readonly name: string;
  readonly kind: EnsembleSpecification['kind'];
  readonly rows: number;
  readonly classes: number;
  readonly exit: EnsembleExit;
  /** Per exit, `[rows, classes]`. */
  readonly logits: readonly Float32Array[];
  /** `[rows, classes]`, as the original returns it: the geometric one is not normalised. */
  readonly output: Float32Array;
  /** `[rows, classes]`, the softmax of `output`. */
  readonly probabilities: Float32Array;
  /** Mean cross-entropy and its gradients, where they are stored. */
  readonly fit: {
    readonly labels: Int32Array;
    readonly loss: number;
    readonly gradWeights: Float32Array;
    readonly gradBias: Float32Array;
  } | null;
}

/** A short training run with Adam, without weight decay. */
export interface GoldenFit {
  readonly name: string;
  readonly kind: EnsembleSpecification['kind'];
  readonly learningRate: number;
  readonly classes: number;
  readonly logits: readonly Float32Array[];
  readonly labels: Int32Array;
  readonly start: EnsembleExit;
  /** Before each step. */
  readonly losses: readonly number[];
  readonly end: EnsembleExit;
}

/** A network whose last exit is without ensemble, run with several thresholds. */
export interface GoldenThresholds {
  readonly name: string;
  readonly specification: EnsembleSpecification;
  readonly rows: number;
  /** Per exit, `[rows, classes]`. */
  readonly logits: readonly Float32Array[];
  /** Per exit, `[rows, classes]`: the prediction of its ensemble, not normalised. */
  readonly combined: readonly Float32Array[];
  readonly thresholds: readonly {
    readonly threshold: number;
    /** `[rows]` */
    readonly exits: readonly number[];
    /** `[rows, classes]`, not normalised. */
    readonly outputs: Float32Array;
  }[];
}

interface StoredTensor {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

interface EnsembleFile {
  readonly cases: readonly {
    readonly kind: 'geometric' | 'arithmetic';
    readonly regime: string;
    readonly num_classes: number;
    readonly weight: StoredTensor;
    readonly bias: StoredTensor;
    readonly head_logits: StoredTensor;
    readonly output: StoredTensor;
    readonly output_softmax: StoredTensor;
    readonly labels?: StoredTensor;
    readonly loss_ce_mean?: number;
    readonly grad_weight?: StoredTensor;
    readonly grad_bias?: StoredTensor;
  }[];
  readonly fits: readonly {
    readonly kind: 'geometric' | 'arithmetic';
    readonly optimizer: string;
    readonly head_logits: StoredTensor;
    readonly labels: StoredTensor;
    readonly weight0: StoredTensor;
    readonly bias0: StoredTensor;
    readonly losses: readonly number[];
    readonly weight: StoredTensor;
    readonly bias: StoredTensor;
  }[];
}

interface ThresholdFile {
  readonly models: readonly {
    readonly model: string;
    /** What the network answers at each exit: already combined where it has an ensemble. */
    readonly head_logits: readonly StoredTensor[];
    /** Name of the network whose answers are combined. */
    readonly on?: string;
    readonly ensemble_params?: readonly { readonly weight: StoredTensor; readonly bias: StoredTensor }[];
    readonly thresholds: readonly {
      readonly threshold: number;
      readonly expected_exit_at: StoredTensor;
      readonly expected_outputs: StoredTensor;
    }[];
  }[];
}

export function goldenEnsembles(): readonly GoldenEnsemble[] {
  return read<EnsembleFile>('ensembles').cases.map((stored, index) => ({
    name: `ensembles[${index}] ${stored.kind}, ${stored.head_logits.shape.join('x')}, ${stored.regime}`,
    kind: stored.kind,
    rows: stored.head_logits.shape[0]!,
    classes: stored.num_classes,
    exit: { weights: stored.weight.data, bias: stored.bias.data },
    logits: perExit(stored.head_logits),
    output: floats(stored.output),
    probabilities: floats(stored.output_softmax),
    fit:
      stored.labels && stored.grad_weight && stored.grad_bias && stored.loss_ce_mean !== undefined
        ? {
            labels: Int32Array.from(stored.labels.data),
            loss: stored.loss_ce_mean,
            gradWeights: floats(stored.grad_weight),
            gradBias: floats(stored.grad_bias),
          }
        : null,
  }));
}

export function goldenFits(): readonly GoldenFit[] {
  return read<EnsembleFile>('ensembles').fits.map((stored, index) => ({
    name: `fits[${index}] ${stored.kind}, ${stored.optimizer}`,
    kind: stored.kind,
    learningRate: Number(/_lr([0-9.e-]+)/.exec(stored.optimizer.replace('_wd0', ''))?.[1]),
    classes: stored.head_logits.shape[2]!,
    logits: perExit(stored.head_logits),
    labels: Int32Array.from(stored.labels.data),
    start: { weights: stored.weight0.data, bias: stored.bias0.data },
    losses: stored.losses,
    end: { weights: stored.weight.data, bias: stored.bias.data },
  }));
}

export function goldenThresholds(): readonly GoldenThresholds[] {
  const { models } = read<ThresholdFile>('threshold_forward');
  return models.flatMap((stored) => {
    const combined = models.find(({ model }) => model === stored.on);
    if (stored.ensemble_params === undefined || combined === undefined) return [];
    const [rows, classes] = stored.head_logits[0]!.shape as [number, number];
    const exits = stored.ensemble_params.map(({ weight, bias }) => ({ weights: weight.data, bias: bias.data }));
    return [
      {
        name: stored.model,
        specification: {
          specificationVersion: 'v1',
          kind: stored.model.includes('geometric') ? 'geometric' : 'arithmetic',
          classes,
          // An exit without values of its own answers alone.
          exits: combined.head_logits.map((_logits, exit) => exits[exit] ?? null),
        },
        rows,
        logits: combined.head_logits.map(floats),
        combined: stored.head_logits.map(floats),
        thresholds: stored.thresholds.map(({ threshold, expected_exit_at, expected_outputs }) => ({
          threshold,
          exits: expected_exit_at.data,
          outputs: floats(expected_outputs),
        })),
      } satisfies GoldenThresholds,
    ];
  });
}

function read<File>(name: string): File {
  return JSON.parse(readFileSync(new URL(`./${name}.json`, import.meta.url), 'utf8')) as File;
}

function floats(tensor: StoredTensor): Float32Array {
  return Float32Array.from(tensor.data);
}

/** `[rows, exits, classes]` as one array per exit. */
function perExit({ shape, data }: StoredTensor): readonly Float32Array[] {
  const [rows, exits, classes] = shape as [number, number, number];
  return Array.from({ length: exits }, (_, exit) =>
    Float32Array.from({ length: rows * classes }, (_, index) => {
      const row = Math.floor(index / classes);
      return data[(row * exits + exit) * classes + (index % classes)]!;
    }),
  );
}

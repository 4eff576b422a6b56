// Trains the ICs of one network in one sweep. A network without cuts only runs on the held-out rows.

import { joinRows, type MathKernels, type SegmentedBackbone, throwIfAborted } from '@ztw/core/runtime';
import { loadResult, type NetworkResult, storeResult } from '../bundle/network-result.ts';
import type { TrainingStorage } from '../storage/training-storage.ts';
import { trainInternalClassifiers } from '../training/train-internal-classifiers.ts';
import type { HeldOutData, NetworkLogits, TrainingData } from '../training/train-options.ts';
import type { TrainingRecipe } from '../training/training-recipe.ts';
import type { NetworkRunningEvent, Watch } from './bundle-event.ts';
import { featureBackbone } from './feature-backbone.ts';
import type { NetworkPlan } from './network-plan.ts';
import type { OnnxBackend } from './onnx-backend.ts';

/** Options that all trainings of a job share. */
export interface TrainerOptions {
  readonly onnx: Pick<OnnxBackend, 'segments'>;
  /** Called only if something is trained. */
  loadKernels(): Promise<MathKernels>;
  /** Null if no network has cuts. */
  readonly training: TrainingData | null;
  readonly heldOut: HeldOutData;
  readonly recipe: Partial<TrainingRecipe>;
  /** Maximum bytes of features in memory. */
  readonly memoryLimit: number;
  readonly storage: TrainingStorage;
  readonly watch: Watch;
}

/** One training. */
export interface NetworkTask {
  readonly plan: NetworkPlan;
  /** Name of this training in the storage, for its checkpoints and its result. */
  readonly place: string;
  /** Logits of the previous network in a chain; null if there is none, or its logits are not recycled. */
  readonly previousNetwork: NetworkLogits | null;
  /** Whether the next network recycles this one's logits on the training rows. */
  readonly wantNetworkLogits: boolean;
}

/** Trains one network of a job, or reads its result from the storage if it was finished before. */
export type TrainNetwork = (task: NetworkTask) => Promise<NetworkResult>;

/** Makes the function that trains the networks of one job. It throws the errors of `trainInternalClassifiers`. */
export function networkTrainer(options: TrainerOptions): TrainNetwork {
  const { onnx, storage, watch } = options;
  return async (task) => {
    const { plan, place } = task;
    const resultName = `${place}/result.safetensors`;
    const stored = await loadResult(storage.results, resultName, plan.variants);
    if (stored !== null) {
      watch.report({ kind: 'taken-over', network: plan.network.name });
      return stored;
    }
    await using backbone = featureBackbone(plan, onnx);
    const result =
      plan.cuts.length === 0 ? await answersOnly(backbone, task, options) : await trainHeads(backbone, task, options);
    await storeResult(storage.results, resultName, result);
    return result;
  };
}

async function trainHeads(
  backbone: SegmentedBackbone,
  { plan, place, previousNetwork, wantNetworkLogits }: NetworkTask,
  { loadKernels, training, heldOut, recipe, memoryLimit, storage, watch }: TrainerOptions,
): Promise<NetworkResult> {
  const network = plan.network.name;
  if (training === null) throw new Error(`internal: ${network} has cuts, but there is no training data`);
  const { variants, networkLogits } = await trainInternalClassifiers({
    kernels: await loadKernels(),
    backbone,
    data: training,
    heldOut,
    variants: plan.variants.map(({ method, heads }) => ({ name: method, heads })),
    previousNetwork,
    wantNetworkLogits,
    recipe,
    scratch: storage.scratch(place),
    memoryLimit,
    checkpoints: storage.checkpoints(place),
    features: storage.features(place),
    onProgress: (progress) => watch.report({ kind: 'training', network, progress }),
    ...(watch.signal === undefined ? {} : { signal: watch.signal }),
  });
  return {
    trainingLogits: networkLogits?.training ?? null,
    variants: plan.variants.map(({ method }, index) => {
      const trained = variants[index];
      if (trained === undefined) throw new Error(`internal: the trainer returned no result for ${method}`);
      return { method, heads: trained.heads, heldOutLogits: trained.heldOutLogits };
    }),
  };
}

/**
 * A network without ICs has nothing to train. The ensemble is fitted on its logits, and the next network recycles them.
 */
async function answersOnly(
  backbone: SegmentedBackbone,
  { plan, wantNetworkLogits }: NetworkTask,
  { training, heldOut, watch }: TrainerOptions,
): Promise<NetworkResult> {
  const event = { kind: 'running', network: plan.network.name } as const;
  const logits = await answersOn(backbone, heldOut, { ...event, rows: 'calibration' }, watch);
  let trainingLogits: Float32Array | null = null;
  if (wantNetworkLogits && training !== null) {
    const copies: Float32Array[] = [];
    for (let copy = 0; copy < training.copies; copy++) {
      const rows = { rows: training.rows, read: (wanted: Int32Array) => training.read(wanted, copy) };
      copies.push(await answersOn(backbone, rows, { ...event, rows: 'training' }, watch));
    }
    trainingLogits = joinRows(copies);
  }
  return {
    trainingLogits,
    variants: plan.variants.map(({ method }) => ({ method, heads: [], heldOutLogits: [logits] })),
  };
}

/** @returns a whole network's logits on all rows, `[rows, classes]`. */
async function answersOn(
  backbone: SegmentedBackbone,
  data: Pick<HeldOutData, 'rows' | 'read'>,
  event: Omit<NetworkRunningEvent, 'done' | 'total'>,
  watch: Watch,
): Promise<Float32Array> {
  const logits = new Float32Array(data.rows * backbone.classes);
  for (let start = 0; start < data.rows; start += backbone.preferredBatch) {
    throwIfAborted(watch.signal, 'training');
    const count = Math.min(backbone.preferredBatch, data.rows - start);
    const rows = Int32Array.from({ length: count }, (_, index) => start + index);
    const output = await backbone.runSegment(0, [await data.read(rows)], count);
    if (output.logits === null) throw new Error('internal: a network without cuts returned no logits');
    logits.set(output.logits, start * backbone.classes);
    watch.report({ ...event, done: start + count, total: data.rows });
  }
  return logits;
}

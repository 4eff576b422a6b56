// One network of a job: its ICs trained in one sweep, or, where it has no cuts, its own answers on the held-out rows.

import { joinRows, type SegmentedBackbone } from '@ztw/core';
import { tensorflowKernels } from '@ztw/runtime-tfjs';
import {
  type HeldOutData,
  type NetworkLogits,
  type TrainingData,
  type TrainingRecipe,
  trainInternalClassifiers,
} from '@ztw/training';
import { trainingProgress } from '../commands/train/progress.ts';
import type { WorkFolder } from '../commands/train/work-folder.ts';
import { type JobContext, throwIfAborted } from '../program/job-context.ts';
import type { LoadedRuntime } from '../runtime/onnx-runtime.ts';
import type { Tensorflow } from '../runtime/tensorflow.ts';
import { featureBackbone } from './feature-backbone.ts';
import { loadResult, type NetworkResult, storeResult } from './network-result.ts';
import type { NetworkPlan } from './plan-training.ts';

/** What all trainings of a job have in common. */
export interface TrainerSettings {
  /** Null where no network of the chain has cuts. */
  readonly training: TrainingData | null;
  readonly heldOut: HeldOutData;
  readonly recipe: Partial<TrainingRecipe>;
  /** Bytes of features that may be held in memory. */
  readonly memoryLimit: number;
  readonly work: WorkFolder;
  readonly runtime: LoadedRuntime;
  readonly loadTensorflow: () => Promise<Tensorflow>;
}

export interface TrainNetworkOptions extends TrainerSettings {
  readonly plan: NetworkPlan;
  /** Name of this training in the work folder, where its checkpoints and its result lie. */
  readonly place: string;
  /** Logits of the network before in a chain; null where there is none, or its logits are not recycled. */
  readonly previousNetwork: NetworkLogits | null;
  /** Whether the next network recycles this one's logits on the training rows. */
  readonly wantNetworkLogits: boolean;
}

/** Trains one network of a job, or takes its result from the work folder when that was finished before. */
export async function trainNetwork(options: TrainNetworkOptions, context: JobContext): Promise<NetworkResult> {
  const { plan, place, work } = options;
  const resultName = `${place}/result.safetensors`;
  const stored = await loadResult(work.results, resultName, plan.variants);
  if (stored !== null) {
    context.onNote(`${plan.network.name} was finished before the interruption; its result is taken over.`);
    return stored;
  }
  await using backbone = featureBackbone(plan, options.runtime);
  const result =
    plan.cuts.length === 0
      ? await answersOnly(backbone, options, context)
      : await trainHeads(backbone, options, context);
  await storeResult(work.results, resultName, result);
  return result;
}

async function trainHeads(
  backbone: SegmentedBackbone,
  options: TrainNetworkOptions,
  context: JobContext,
): Promise<NetworkResult> {
  const { plan, place, work, training } = options;
  if (training === null) throw new Error(`internal: ${plan.network.name} has cuts, but there is no training data`);
  const { variants, networkLogits } = await trainInternalClassifiers({
    kernels: tensorflowKernels(await options.loadTensorflow()),
    backbone,
    data: training,
    heldOut: options.heldOut,
    variants: plan.variants.map(({ method, heads }) => ({ name: method, heads })),
    previousNetwork: options.previousNetwork,
    wantNetworkLogits: options.wantNetworkLogits,
    recipe: options.recipe,
    scratch: work.scratch(place),
    memoryLimit: options.memoryLimit,
    checkpoints: work.checkpoints(place),
    onProgress: trainingProgress(plan.network.name, context),
    signal: context.signal,
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

/** A network without ICs has nothing to train; its answers are what the ensemble is fitted on, and what the next network recycles. */
async function answersOnly(
  backbone: SegmentedBackbone,
  options: TrainNetworkOptions,
  context: JobContext,
): Promise<NetworkResult> {
  const { heldOut, plan, training, wantNetworkLogits } = options;
  const { name } = plan.network;
  const logits = await answersOn(backbone, heldOut, `Running ${name} on the calibration images`, context);
  let trainingLogits: Float32Array | null = null;
  if (wantNetworkLogits && training !== null) {
    const copies: Float32Array[] = [];
    for (let copy = 0; copy < training.copies; copy++) {
      const rows = { rows: training.rows, read: (wanted: Int32Array) => training.read(wanted, copy) };
      copies.push(await answersOn(backbone, rows, `Running ${name} on the training images`, context));
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
  phase: string,
  context: JobContext,
): Promise<Float32Array> {
  const logits = new Float32Array(data.rows * backbone.classes);
  for (let start = 0; start < data.rows; start += backbone.preferredBatch) {
    throwIfAborted(context.signal);
    const count = Math.min(backbone.preferredBatch, data.rows - start);
    const rows = Int32Array.from({ length: count }, (_, index) => start + index);
    const output = await backbone.runSegment(0, [await data.read(rows)], count);
    if (output.logits === null) throw new Error('internal: a network without cuts returned no logits');
    logits.set(output.logits, start * backbone.classes);
    context.onProgress({ phase, done: start + count, total: data.rows, remainingSeconds: null, detail: null });
  }
  return logits;
}

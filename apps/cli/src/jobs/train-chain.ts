import type { Preprocessing } from '@ztw/core';
import type { TrainingRecipe } from '@ztw/runtime-tfjs';
import type { JobContext } from './job-context.ts';
import type { NetworkResult } from './network-result.ts';
import type { LoadedRuntime } from './onnx-runtime.ts';
import type { NetworkPlan } from './plan-training.ts';
import { loadTensorflow } from './tensorflow.ts';
import { trainNetwork } from './train-network.ts';
import { type Augmentation, heldOutData, trainingData } from './training-data.ts';
import type { TrainingImages } from './training-images.ts';
import type { WorkFolder } from './work-folder.ts';

export interface TrainChainOptions {
  readonly plans: readonly NetworkPlan[];
  readonly images: TrainingImages;
  readonly preprocessing: Preprocessing;
  readonly augmentation: Augmentation;
  readonly recipe: TrainingRecipe;
  readonly memoryLimit: number;
  readonly work: WorkFolder;
  readonly runtime: LoadedRuntime;
}

/** Trains the networks of a chain one after the other. @returns one result per network. */
export async function trainChain(options: TrainChainOptions, context: JobContext): Promise<readonly NetworkResult[]> {
  const { plans, images } = options;
  const training = images.training === null ? null : trainingData(images.training, options);
  const heldOut = heldOutData(images.heldOut, options.preprocessing);
  const results: NetworkResult[] = [];
  for (const [networkIndex, plan] of plans.entries()) {
    results.push(await trainNetwork({ ...options, plan, networkIndex, training, heldOut, loadTensorflow }, context));
  }
  return results;
}

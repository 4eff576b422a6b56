import type { JobContext } from '../program/job-context.ts';
import type { TrainedNetwork } from './assemble-bundle.ts';
import type { NetworkPlan } from './plan-training.ts';
import { type TrainerSettings, trainNetwork } from './train-network.ts';

/** Trains the networks of a chain one after the other. @returns each with its result. */
export async function trainChain(
  plans: readonly NetworkPlan[],
  trainer: TrainerSettings,
  context: JobContext,
): Promise<readonly TrainedNetwork[]> {
  const trained: TrainedNetwork[] = [];
  for (const [index, plan] of plans.entries()) {
    trained.push({ plan, result: await trainNetwork({ ...trainer, plan, place: `network-${index}` }, context) });
  }
  return trained;
}

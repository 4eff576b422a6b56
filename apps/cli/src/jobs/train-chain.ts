import type { NetworkLogits } from '@ztw/training';
import type { JobContext } from '../program/job-context.ts';
import type { TrainedNetwork } from './assemble-bundle.ts';
import { type NetworkResult, networkLogits } from './network-result.ts';
import type { NetworkPlan, PlannedVariant } from './plan-training.ts';
import { type TrainerSettings, type TrainNetworkOptions, trainNetwork } from './train-network.ts';

/**
 * Trains the networks of a chain one after the other: the first IC of each recycles the logits in which the network before ends.
 * @returns each with its result.
 */
export async function trainChain(
  plans: readonly NetworkPlan[],
  trainer: TrainerSettings,
  context: JobContext,
): Promise<readonly TrainedNetwork[]> {
  const trained: TrainedNetwork[] = [];
  let previousNetwork: NetworkLogits | null = null;
  for (const [index, plan] of plans.entries()) {
    const wantNetworkLogits = plans[index + 1]?.variants.some(startsWithCascade) ?? false;
    const options: TrainNetworkOptions = {
      ...trainer,
      plan,
      place: `network-${index}`,
      previousNetwork,
      wantNetworkLogits,
    };
    const result: NetworkResult = await trainNetwork(options, context);
    previousNetwork = networkLogits(result);
    trained.push({ plan, result });
  }
  return trained;
}

/** Whether the first IC of a network recycles the logits of the network before. */
function startsWithCascade({ heads }: PlannedVariant): boolean {
  return heads[0]?.layers.some((layer) => layer.kind === 'cascade') ?? false;
}

import { hasCascade } from '@ztw/heads';
import { type NetworkResult, networkLogits } from '../bundle/network-result.ts';
import type { PlannedVariant } from '../plan/plan-heads.ts';
import type { NetworkLogits } from '../training/train-options.ts';
import type { NetworkPlan } from './network-plan.ts';
import type { TrainNetwork } from './train-network.ts';

/** A network of a job with its training result. */
export interface TrainedNetwork {
  readonly plan: NetworkPlan;
  readonly result: NetworkResult;
}

/**
 * Trains the networks of a chain one after the other. The first IC of each network recycles the logits of the previous
 * network.
 * @returns each network with its result.
 */
export async function trainChain(
  plans: readonly NetworkPlan[],
  train: TrainNetwork,
): Promise<readonly TrainedNetwork[]> {
  const trained: TrainedNetwork[] = [];
  let previousNetwork: NetworkLogits | null = null;
  for (const [index, plan] of plans.entries()) {
    const wantNetworkLogits = plans[index + 1]?.variants.some(startsWithCascade) ?? false;
    const result: NetworkResult = await train({
      plan,
      place: `network-${index}`,
      previousNetwork,
      wantNetworkLogits,
    });
    previousNetwork = networkLogits(result);
    trained.push({ plan, result });
  }
  return trained;
}

/** Whether the first IC of a network recycles the logits of the previous network. */
function startsWithCascade({ heads }: PlannedVariant): boolean {
  return heads.slice(0, 1).some(hasCascade);
}

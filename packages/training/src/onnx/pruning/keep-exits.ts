// A trained network with some of its exits left out.

import { sha256 } from '@ztw/bundle';
import { methodResult } from '../../bundle/network-result.ts';
import type { BundleMethod } from '../../plan/method.ts';
import { type NetworkPlan, planCuts } from '../network-plan.ts';
import type { TrainedNetwork } from '../train-chain.ts';

export interface KeptExits {
  /** One method on the cuts that stay. */
  readonly plan: NetworkPlan;
  /** What of the training still holds; null where an IC has lost the one whose logits it recycles, and must learn anew. */
  readonly trained: TrainedNetwork | null;
}

/**
 * @param kept Exits that stay, ascending, the last one (the network's own classifier) among them.
 */
export function keepExits(
  { plan, result }: TrainedNetwork,
  { method, kept }: { readonly method: BundleMethod; readonly kept: readonly number[] },
): KeptExits {
  const { cuts, network, heads: designed, followsNetwork } = plan;
  const keptCuts = kept.filter((exit) => exit < cuts.length);
  const restricted = planCuts(
    network,
    cuts.filter((_, cut) => keptCuts.includes(cut)),
    {
      heads: { ...designed, heads: designed.heads.filter((_, cut) => keptCuts.includes(cut)) },
      methods: [method],
      followsNetwork,
    },
  );
  // Kept cuts are the first ones, without a gap, exactly where each still has its number.
  const inputsChanged = method === 'ztw' && keptCuts.some((cut, position) => cut !== position);
  if (inputsChanged) return { plan: restricted, trained: null };
  const { heads, heldOutLogits } = methodResult(result, method);
  const variant = {
    method,
    heads: heads.filter((_, cut) => keptCuts.includes(cut)),
    heldOutLogits: heldOutLogits.filter((_, exit) => kept.includes(exit)),
  };
  return { plan: restricted, trained: { plan: restricted, result: { variants: [variant], trainingLogits: null } } };
}

/** Where the training of a method on some cuts lies in the storage. The same cuts are found again, others are not mixed up. */
export async function placeOfCuts(method: BundleMethod, { cuts }: Pick<NetworkPlan, 'cuts'>): Promise<string> {
  const names = JSON.stringify(cuts.map((cut) => cut.name));
  return `pruned-${method}-${(await sha256(new TextEncoder().encode(names))).slice(0, 12)}`;
}

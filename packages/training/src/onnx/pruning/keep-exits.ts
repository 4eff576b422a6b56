// A trained network with some of its exits left out.

import { sha256 } from '@ztw/bundle';
import { methodResult } from '../../bundle/network-result.ts';
import type { BundleMethod } from '../../plan/method.ts';
import { type NetworkPlan, planCuts } from '../network-plan.ts';
import type { TrainedNetwork } from '../train-chain.ts';

export interface KeptExits {
  /** One method on the kept cuts. */
  readonly plan: NetworkPlan;
  /**
   * The training results that remain valid; null where an IC recycles logits of a dropped IC and must be trained again.
   */
  readonly trained: TrainedNetwork | null;
}

/**
 * @param kept Kept exits, ascending, including the last one (the network's own classifier).
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
  // The kept cuts are the first ones, without a gap, exactly if each keeps its number.
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

/**
 * Storage place of the training of a method on these cuts. The name depends on the cuts, so other cuts get other
 * places.
 */
export async function placeOfCuts(method: BundleMethod, { cuts }: Pick<NetworkPlan, 'cuts'>): Promise<string> {
  const names = JSON.stringify(cuts.map((cut) => cut.name));
  return `pruned-${method}-${(await sha256(new TextEncoder().encode(names))).slice(0, 12)}`;
}

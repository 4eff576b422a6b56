// A trained network with some of its exits left out.

import { createHash } from 'node:crypto';
import type { TrainedNetwork } from '../assemble-bundle.ts';
import type { BundleMethod } from '../method.ts';
import { variantOf } from '../network-result.ts';
import { type HeadChoice, type NetworkPlan, planCuts } from '../plan-training.ts';

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
  {
    method,
    head,
    kept,
  }: { readonly method: BundleMethod; readonly head: HeadChoice; readonly kept: readonly number[] },
): KeptExits {
  const { cuts, network } = plan;
  const keptCuts = kept.filter((exit) => exit < cuts.length);
  const restricted = planCuts(
    network,
    cuts.filter((_, cut) => keptCuts.includes(cut)),
    { head, methods: [method], followsNetwork: false },
  );
  // Kept cuts are the first ones, without a gap, exactly where each still has its number.
  const inputsChanged = method === 'ztw' && keptCuts.some((cut, position) => cut !== position);
  if (inputsChanged) return { plan: restricted, trained: null };
  const { heads, heldOutLogits } = variantOf(result, method);
  const variant = {
    method,
    heads: heads.filter((_, cut) => keptCuts.includes(cut)),
    heldOutLogits: heldOutLogits.filter((_, exit) => kept.includes(exit)),
  };
  return { plan: restricted, trained: { plan: restricted, result: { variants: [variant], trainingLogits: null } } };
}

/** Where the training of a method on some cuts lies in the work folder. The same cuts are found again, others are not mixed up. */
export function placeOfCuts(method: BundleMethod, { cuts }: Pick<NetworkPlan, 'cuts'>): string {
  const names = JSON.stringify(cuts.map((cut) => cut.name));
  return `pruned-${method}-${createHash('sha256').update(names).digest('hex').slice(0, 12)}`;
}

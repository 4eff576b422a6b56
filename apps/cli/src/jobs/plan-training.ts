// What will be trained, decided before anything runs: the cuts of a network and the head at each of them, per method.

import { type HeadForOptions, type HeadSpecification, headFor } from '@ztw/heads';
import { type Cut, type CutSelection, chooseCuts } from '@ztw/onnx-graph';
import { about } from './about.ts';
import type { BundleMethod } from './method.ts';
import type { Network } from './network.ts';

/** How the heads of all ICs look; the family may adapt to each cut's features. */
export type HeadChoice = Pick<HeadForOptions, 'family' | 'layers' | 'padding'>;

/** The heads of one method, one per cut, in order. */
export interface PlannedVariant {
  readonly method: BundleMethod;
  readonly heads: readonly HeadSpecification[];
}

export interface NetworkPlan {
  readonly network: Network;
  readonly cuts: readonly Cut[];
  readonly variants: readonly PlannedVariant[];
}

export interface PlanCutsOptions {
  readonly head: HeadChoice;
  readonly methods: readonly BundleMethod[];
}

export interface PlanOptions extends PlanCutsOptions {
  readonly selection: CutSelection;
}

/**
 * Chooses cuts and heads.
 * @throws InvalidInputError for cuts or heads that do not exist, UnsupportedModelError when the network cannot be cut.
 */
export async function planTraining(network: Network, options: PlanOptions): Promise<NetworkPlan> {
  return about(network.name, async () => planCuts(network, chooseCuts(network.analysis, options.selection), options));
}

/**
 * Chooses the heads for cuts. All methods see the same features; only `ztw` recycles the logits of the IC before, so its first IC
 * has no cascade either.
 * @throws InvalidInputError for heads that do not exist.
 */
export function planCuts(network: Network, cuts: readonly Cut[], { head, methods }: PlanCutsOptions): NetworkPlan {
  const variants = methods.map((method) => ({
    method,
    heads: cuts.map((cut, index) =>
      headFor(cut.tensors[0]?.rowShape ?? [], {
        ...head,
        classes: network.analysis.classes,
        cascade: method === 'ztw' && index > 0,
      }),
    ),
  }));
  return { network, cuts, variants };
}

// What will be trained, decided before anything runs: the cuts of a network and the head at each of them, per method.

import type { HeadSpecification } from '@ztw/core';
import { type HeadForOptions, headFor } from '@ztw/heads';
import { type Cut, type CutSelection, chooseCuts } from '@ztw/onnx-graph';
import { about } from '../program/about.ts';
import type { Network } from '../runtime/network.ts';
import type { BundleMethod } from './method.ts';

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
  /** Whether another network comes before in a chain, whose logits the first IC of `ztw` recycles. */
  readonly followsNetwork: boolean;
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
 * Chooses the heads for cuts. All methods see the same features; only `ztw` recycles the logits of the exit before. The first IC of a
 * chain has none before it; the first IC of a later network recycles the logits in which the network before ends.
 * @throws InvalidInputError for heads that do not exist.
 */
export function planCuts(
  network: Network,
  cuts: readonly Cut[],
  { head, methods, followsNetwork }: PlanCutsOptions,
): NetworkPlan {
  const variants = methods.map((method) => ({
    method,
    heads: cuts.map((cut, index) =>
      headFor(cut.tensors[0]?.rowShape ?? [], {
        ...head,
        classes: network.analysis.classes,
        cascade: method === 'ztw' && (index > 0 || followsNetwork),
      }),
    ),
  }));
  return { network, cuts, variants };
}

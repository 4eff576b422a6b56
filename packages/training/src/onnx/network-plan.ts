// What will be trained of an ONNX network, decided before anything runs: its cuts and the head at each of them, per method.

import { about } from '@ztw/core/runtime';
import { type Cut, type CutSelection, chooseCuts } from '@ztw/onnx-graph';
import type { BundleMethod } from '../plan/method.ts';
import { type HeadChoice, type PlannedVariant, planHeads } from '../plan/plan-heads.ts';
import type { OnnxNetwork } from './onnx-network.ts';

export interface NetworkPlan {
  readonly network: OnnxNetwork;
  readonly cuts: readonly Cut[];
  /** What the heads were chosen by; those of fewer cuts are chosen by it again. */
  readonly head: HeadChoice;
  /** Whether another network comes before in a chain. */
  readonly followsNetwork: boolean;
  readonly variants: readonly PlannedVariant[];
}

export interface PlanNetworkOptions {
  readonly selection: CutSelection;
  readonly methods: readonly BundleMethod[];
  readonly head: HeadChoice;
  readonly followsNetwork: boolean;
}

/**
 * Chooses cuts and heads.
 * @throws InvalidInputError for cuts or heads that do not exist, UnsupportedModelError when the network cannot be cut.
 */
export async function planNetwork(network: OnnxNetwork, options: PlanNetworkOptions): Promise<NetworkPlan> {
  const { selection, methods, head, followsNetwork } = options;
  return about(network.name, async () =>
    planCuts(network, chooseCuts(network.analysis, selection), { methods, head, followsNetwork }),
  );
}

/**
 * Chooses the heads for cuts.
 * @throws InvalidInputError for heads that do not exist.
 */
export function planCuts(
  network: OnnxNetwork,
  cuts: readonly Cut[],
  { methods, head, followsNetwork }: Pick<PlanNetworkOptions, 'methods' | 'head' | 'followsNetwork'>,
): NetworkPlan {
  const cutShapes = cuts.map((cut) => cut.tensors[0]?.rowShape ?? []);
  const { classes } = network.analysis;
  const variants = planHeads({ cutShapes, classes, methods, head, followsNetwork });
  return { network, cuts, head, followsNetwork, variants };
}

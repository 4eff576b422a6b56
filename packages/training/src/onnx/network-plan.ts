// The training plan of an ONNX network, decided before anything runs: its cuts and the head at each cut, per method.

import { about } from '@ztw/core/runtime';
import { type DesignedHeads, isOpenDesign } from '@ztw/heads';
import { type Cut, type CutSelection, chooseCuts, type GraphAnalysis } from '@ztw/onnx-graph';
import type { BundleMethod } from '../plan/method.ts';
import { chooseDesigns, type HeadChoice, type PlannedVariant, planHeads } from '../plan/plan-heads.ts';
import type { OnnxNetwork } from './onnx-network.ts';

export interface NetworkPlan {
  readonly network: OnnxNetwork;
  readonly cuts: readonly Cut[];
  /** The designs of the heads and their costs, one per cut. If exits are dropped, the others keep theirs. */
  readonly heads: DesignedHeads;
  /** Number of cuts that `auto` left out because their heads would have been too expensive. */
  readonly cutsLeftOut: number;
  /** Whether another network precedes this one in a chain. */
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
  const { methods, followsNetwork } = options;
  return about(network.name, async () => {
    const { cuts, heads, cutsLeftOut } = chooseCutsAndHeads(network.analysis, options);
    return { ...planCuts(network, cuts, { methods, heads, followsNetwork }), cutsLeftOut };
  });
}

/**
 * Chooses the cuts and the designs of their heads. If default heads at the cuts of `auto` exceed their bounds together,
 * fewer cuts are taken, spread evenly: as many as the bounds allow. If not even one is within them, the cuts of `auto`
 * remain, and `withinBounds` is false.
 * @throws InvalidInputError for cuts or heads that do not exist, UnsupportedModelError when the network cannot be cut.
 */
export function chooseCutsAndHeads(
  analysis: GraphAnalysis,
  { selection, ...options }: PlanNetworkOptions,
): Pick<NetworkPlan, 'cuts' | 'heads' | 'cutsLeftOut'> {
  const design = (wanted: CutSelection): Pick<NetworkPlan, 'cuts' | 'heads'> => {
    const cuts = chooseCuts(analysis, wanted);
    return { cuts, heads: designCuts(analysis, cuts, options) };
  };
  const first = design(selection);
  const adapts = selection.kind === 'auto' && isOpenDesign(options.head);
  if (adapts && !first.heads.withinBounds) {
    for (let count = first.cuts.length - 1; count > 0; count--) {
      const fewer = design({ kind: 'count', count });
      if (fewer.heads.withinBounds) return { ...fewer, cutsLeftOut: first.cuts.length - count };
    }
  }
  return { ...first, cutsLeftOut: 0 };
}

/**
 * Chooses the designs of the heads for cuts by the cost of the network.
 * @throws InvalidInputError for heads that do not exist.
 */
export function designCuts(
  { backboneMacs, parameters, classes }: GraphAnalysis,
  cuts: readonly Cut[],
  { methods, head, followsNetwork }: Omit<PlanNetworkOptions, 'selection'>,
): DesignedHeads {
  return chooseDesigns({
    network: { macs: backboneMacs, parameters },
    cuts: cuts.map((cut) => ({ rowShape: featureShape(cut), macs: cut.macs })),
    classes,
    methods,
    head,
    followsNetwork,
  });
}

export interface PlanCutsOptions extends Omit<PlanNetworkOptions, 'selection' | 'head'> {
  /** One per cut. */
  readonly heads: DesignedHeads;
}

/** Makes a plan from chosen cuts and designs. */
export function planCuts(
  network: OnnxNetwork,
  cuts: readonly Cut[],
  { methods, heads, followsNetwork }: PlanCutsOptions,
): NetworkPlan {
  const variants = planHeads({
    cutShapes: cuts.map(featureShape),
    designs: heads.heads.map(({ design }) => design),
    classes: network.analysis.classes,
    methods,
    followsNetwork,
  });
  return { network, cuts, heads, cutsLeftOut: 0, followsNetwork, variants };
}

/** Row shape of the first tensor, which a head reads. */
function featureShape({ tensors }: Cut): readonly number[] {
  return tensors[0]?.rowShape ?? [];
}

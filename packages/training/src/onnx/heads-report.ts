// The cost of the heads of a planned network, compared with the network.

import { type CostedDesign, type DesignedHead, type HeadDesign, totalHeadCost } from '@ztw/heads';
import type { GraphAnalysis } from '@ztw/onnx-graph';
import type { NetworkPlan } from './network-plan.ts';

/** A cost, absolute and as a share of the network. */
export interface ReportedCost {
  /** Per row. */
  readonly macs: number;
  readonly macsShare: number;
  readonly parameters: number;
  readonly parametersShare: number;
}

/** A design and its cost. */
export interface ReportedDesign extends ReportedCost {
  readonly design: HeadDesign;
}

export interface ReportedHead extends ReportedDesign {
  /** Name of the cut's tensor. */
  readonly cut: string;
  /** The default that was too expensive; null where this head is the default or was requested. */
  readonly insteadOf: ReportedDesign | null;
}

/** The cost of heads; JSON-safe. */
export interface HeadsReport {
  readonly network: string;
  /** Whether the user chose a head family or head options. */
  readonly asked: boolean;
  /** One per cut. */
  readonly heads: readonly ReportedHead[];
  /** Number of cuts that `auto` left out because their heads would have been too expensive. */
  readonly cutsLeftOut: number;
  /** Of all heads together. */
  readonly total: ReportedCost;
  /** Whether that is within `defaultHeadShares`. */
  readonly withinBounds: boolean;
}

/** The cost of the heads of a plan. */
export function reportHeads({
  network,
  cuts,
  heads: designed,
  cutsLeftOut,
}: Pick<NetworkPlan, 'network' | 'cuts' | 'heads' | 'cutsLeftOut'>): HeadsReport {
  const { analysis, name } = network;
  const { heads, withinBounds } = designed;
  return {
    network: name,
    asked: heads.some(({ chosen }) => !chosen),
    heads: heads.map((head, index) => ({
      cut: cuts[index]?.name ?? '',
      ...reportDesign(head, analysis),
      insteadOf: isDefault(head) ? null : reportDesign(head.unbounded, analysis),
    })),
    cutsLeftOut,
    total: reportCost(totalHeadCost(heads), analysis),
    withinBounds,
  };
}

function isDefault({ design, unbounded }: DesignedHead): boolean {
  return design === unbounded.design;
}

function reportDesign({ design, cost }: CostedDesign, analysis: GraphAnalysis): ReportedDesign {
  return { design, ...reportCost(cost, analysis) };
}

function reportCost(
  { macs, parameters }: CostedDesign['cost'],
  analysis: Pick<GraphAnalysis, 'backboneMacs' | 'parameters'>,
): ReportedCost {
  return {
    macs,
    macsShare: macs / analysis.backboneMacs,
    parameters,
    parametersShare: parameters / analysis.parameters,
  };
}

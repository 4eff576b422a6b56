// The cost of default heads in a network without a plan.

import { InvalidInputError } from '@ztw/core';
import type { CutSelection } from '@ztw/onnx-graph';
import { bundleDefaults } from './bundle-defaults.ts';
import { type HeadsReport, type ReportedHead, reportHeads } from './heads-report.ts';
import { chooseCutsAndHeads, type NetworkPlan, planCuts } from './network-plan.ts';
import type { OnnxNetwork } from './onnx-network.ts';

/** Default heads of a network; null where no head family reads the features. */
export interface DefaultHeads {
  /** At the cuts of these selections. */
  readonly auto: HeadsReport | null;
  readonly all: HeadsReport | null;
  /** What `auto` would train, for `predictPlan`; null where no head family reads the features. */
  readonly autoPlan: NetworkPlan | null;
  /**
   * One per legal cut, in order: the head from `auto`, else from `all`, else the head of this cut alone.
   */
  readonly perCut: readonly (ReportedHead | null)[];
}

/** Chooses default heads without training them. */
export function defaultHeads(network: OnnxNetwork): DefaultHeads {
  const { analysis } = network;
  const selected = (kind: Extract<CutSelection['kind'], 'auto' | 'all'>): NetworkPlan | null =>
    analysis.cuts.length === 0 ? null : defaultPlan(network, { kind });
  const autoPlan = selected('auto');
  const [auto, all] = [autoPlan, selected('all')].map((plan) => (plan === null ? null : reportHeads(plan)));
  const named = [...(all?.heads ?? []), ...(auto?.heads ?? [])].map((head) => [head.cut, head] as const);
  const planned = new Map(named);
  return {
    auto: auto ?? null,
    all: all ?? null,
    autoPlan,
    perCut: analysis.cuts.map((cut) => planned.get(cut.name) ?? reportCut(network, cut.name)),
  };
}

function reportCut(network: OnnxNetwork, name: string): ReportedHead | null {
  const plan = defaultPlan(network, { kind: 'names', names: [name] });
  return plan === null ? null : (reportHeads(plan).heads[0] ?? null);
}

/** A plan by the defaults; null where no head family reads the features. */
function defaultPlan(network: OnnxNetwork, selection: CutSelection): NetworkPlan | null {
  const { method, head } = bundleDefaults;
  const options = { methods: [method], head, followsNetwork: false };
  try {
    const { cuts, heads, cutsLeftOut } = chooseCutsAndHeads(network.analysis, { ...options, selection });
    return { ...planCuts(network, cuts, { ...options, heads }), cutsLeftOut };
  } catch (error) {
    if (InvalidInputError.isInstance(error)) return null;
    throw error;
  }
}

// The cost of default heads in a network without a plan.

import { InvalidInputError } from '@ztw/core';
import type { CutSelection } from '@ztw/onnx-graph';
import { bundleDefaults } from './bundle-defaults.ts';
import { type HeadsReport, type ReportedHead, reportHeads } from './heads-report.ts';
import { chooseCutsAndHeads } from './network-plan.ts';
import type { OnnxNetwork } from './onnx-network.ts';

/** Default heads of a network; null where no head family reads the features. */
export interface DefaultHeads {
  /** At the cuts of these selections. */
  readonly auto: HeadsReport | null;
  readonly all: HeadsReport | null;
  /**
   * One per legal cut, in order: the head from `auto`, else from `all`, else the head of this cut alone.
   */
  readonly perCut: readonly (ReportedHead | null)[];
}

/** Chooses default heads without training them. */
export function defaultHeads(network: OnnxNetwork): DefaultHeads {
  const { analysis } = network;
  const selected = (kind: Extract<CutSelection['kind'], 'auto' | 'all'>): HeadsReport | null =>
    analysis.cuts.length === 0 ? null : reportCuts(network, { kind });
  const [auto, all] = [selected('auto'), selected('all')];
  const named = [...(all?.heads ?? []), ...(auto?.heads ?? [])].map((head) => [head.cut, head] as const);
  const planned = new Map(named);
  return {
    auto,
    all,
    perCut: analysis.cuts.map(
      (cut) => planned.get(cut.name) ?? reportCuts(network, { kind: 'names', names: [cut.name] })?.heads[0] ?? null,
    ),
  };
}

function reportCuts(network: OnnxNetwork, selection: CutSelection): HeadsReport | null {
  const { method, head } = bundleDefaults;
  try {
    const options = { selection, methods: [method], head, followsNetwork: false };
    return reportHeads({ network, ...chooseCutsAndHeads(network.analysis, options) });
  } catch (error) {
    if (InvalidInputError.isInstance(error)) return null;
    throw error;
  }
}

import { type DeviceRates, predictMilliseconds } from '@ztw/core/evaluation';
import { type Cut, chooseCuts, type GraphAnalysis, segmentOperations, splitGraph } from '@ztw/onnx-graph';
import {
  type DefaultHeads,
  defaultHeads,
  type HeadsReport,
  type OnnxNetwork,
  type PlanPrediction,
  predictPlan,
  type ReportedCost,
  type ReportedHead,
} from '@ztw/training/onnx';
import type { LoadedRuntime } from '../../runtime/onnx-runtime.ts';

/** One legal cut, JSON-safe. */
export interface InspectedCut {
  readonly name: string;
  /** Row shapes of the tensors that cross: one, or two inside a residual block. */
  readonly shapes: readonly (readonly number[])[];
  /** MACs per row up to here. */
  readonly macs: number;
  /** The same as a share of the whole network. */
  readonly share: number;
  /** Predicted milliseconds up to here for one row, without heads. */
  readonly predictedMilliseconds: number;
  /** Parameters up to here. */
  readonly parameters: number;
  /** Which selections take this cut. */
  readonly takenBy: readonly ('auto' | 'all')[];
  /**
   * The default head: with the others of `auto` where that takes the cut, else of `all`, else alone. Null where no family reads the
   * features.
   */
  readonly head: ReportedHead | null;
}

/** Facts about a network before training; JSON-safe. */
export interface NetworkInspection {
  readonly kind: 'network';
  readonly name: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly opset: number;
  readonly input: { readonly name: string; readonly rowShape: readonly number[] };
  readonly output: { readonly name: string; readonly classes: number };
  readonly batch: 'dynamic' | number;
  readonly macs: number;
  readonly parameters: number;
  /** All legal cuts, in the order of the data. */
  readonly cuts: readonly InspectedCut[];
  /** What the default heads at the cuts of `auto` make of it; null where there are none. */
  readonly predicted: PlanPrediction | null;
  /** The runtime that times are predicted for. */
  readonly runtime: string;
  /** What the default heads of a selection cost together; null where there are none. */
  readonly heads: { readonly auto: ReportedCost | null; readonly all: ReportedCost | null };
}

/** Lists a network's legal cuts with their costs, and which of them `auto` and `all` would take. */
export function inspectNetwork(
  network: OnnxNetwork,
  { name: runtime, rates }: Pick<LoadedRuntime, 'name' | 'rates'>,
): NetworkInspection {
  const { analysis } = network;
  const heads = defaultHeads(network);
  return {
    kind: 'network',
    name: network.name,
    sha256: network.sha256,
    bytes: network.bytes.length,
    opset: analysis.opset,
    input: { name: analysis.input.name, rowShape: analysis.input.rowShape },
    output: { name: analysis.output.name, classes: analysis.classes },
    batch: analysis.batch,
    macs: analysis.backboneMacs,
    parameters: analysis.parameters,
    cuts: inspectCuts(analysis, heads, rates),
    predicted: heads.autoPlan === null ? null : predictPlan(heads.autoPlan, { rates }),
    runtime,
    heads: { auto: heads.auto?.total ?? null, all: heads.all?.total ?? null },
  };
}

function inspectCuts(analysis: GraphAnalysis, heads: DefaultHeads, rates: DeviceRates): readonly InspectedCut[] {
  const auto = takenCuts(analysis, 'auto', heads.auto);
  const all = takenCuts(analysis, 'all', heads.all);
  return analysis.cuts.map((cut, index) => ({
    name: cut.name,
    shapes: cut.tensors.map((tensor) => tensor.rowShape),
    macs: cut.macs,
    share: cut.macs / analysis.backboneMacs,
    predictedMilliseconds: millisecondsTo(analysis, cut, rates),
    parameters: cut.parametersBefore,
    takenBy: [...(auto.has(cut.name) ? (['auto'] as const) : []), ...(all.has(cut.name) ? (['all'] as const) : [])],
    head: heads.perCut[index] ?? null,
  }));
}

function millisecondsTo(analysis: GraphAnalysis, cut: Cut, rates: DeviceRates): number {
  const [segment] = splitGraph(analysis, [cut]);
  return segment === undefined ? 0 : predictMilliseconds(segmentOperations(segment), rates, 1);
}

/** Names of the cuts of a selection. Heads may leave cuts of `auto` out; where no head fits, the selection counts. */
function takenCuts(analysis: GraphAnalysis, kind: 'auto' | 'all', planned: HeadsReport | null): ReadonlySet<string> {
  if (planned !== null) return new Set(planned.heads.map(({ cut }) => cut));
  return new Set(chooseCuts(analysis, { kind }).map(({ name }) => name));
}

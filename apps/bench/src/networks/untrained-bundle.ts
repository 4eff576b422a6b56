// A bundle with the default cuts and heads of a network, but untrained heads: it takes the time of a trained one.

import { type Bundle, bundleFiles, openBundle } from '@ztw/bundle';
import { initialiseHead } from '@ztw/heads';
import { type BundleRuntimes, compileNetwork, emitFeatureSegment, splitGraph } from '@ztw/onnx-graph';
import { type OnnxRuntime, onnxBackend } from '@ztw/runtime-onnx';
import { bundleDefaults, type NetworkPlan, openNetwork, planNetwork } from '@ztw/training/onnx';

export interface UntrainedBundle {
  readonly bundle: Bundle;
  /** Every file by its path, the manifest last. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly plan: NetworkPlan;
}

export interface UntrainedBundleOptions {
  readonly ort: OnnxRuntime;
  readonly name: string;
  /** The network as an ONNX file. */
  readonly bytes: Uint8Array;
  /** Default 1. */
  readonly seed?: number;
  /** Default: onnx. */
  readonly runtimes?: BundleRuntimes;
}

/** Plans a network with the defaults of `trainBundle`, and packs it with initial heads and an equal ensemble. */
export async function untrainedBundle({
  ort,
  name,
  bytes,
  seed = 1,
  runtimes = 'onnx',
}: UntrainedBundleOptions): Promise<UntrainedBundle> {
  const { cuts: selection, head, method } = bundleDefaults;
  const network = await openNetwork({ name, bytes }, { onnx: onnxBackend({ ort }) });
  const plan = await planNetwork(network, { selection, methods: [method], head, followsNetwork: false });
  const { analysis } = network;
  const { classes } = analysis;
  const heads = (plan.variants[0]?.heads ?? []).map((head, index) => initialiseHead(head, seed + index));
  const compiled = compileNetwork({ analysis, cuts: plan.cuts, heads, name, pathPrefix: 'networks/0/', runtimes });
  const files = await bundleFiles({
    manifest: {
      method,
      classes,
      labels: null,
      inputShape: analysis.input.rowShape,
      preprocessing: null,
      networks: [compiled.network],
      ensemble: {
        specificationVersion: 'v1',
        kind: 'geometric',
        classes,
        exits: compiled.network.stages.map((_, exit) => ({
          weights: Array.from({ length: exit + 1 }, () => 0),
          bias: Array.from({ length: classes }, () => 0),
        })),
      },
      operatingPoints: [],
      provenance: { heads: 'untrained' },
    },
    files: compiled.files,
  });
  return { bundle: await openBundle(async (path) => files.get(path) as Uint8Array), files, plan };
}

/** The network up to one of its cuts, without a head, as an ONNX file that returns the features. */
export function networkUpTo({ network, cuts }: NetworkPlan, cutIndex: number): Uint8Array {
  const [segment] = splitGraph(network.analysis, cuts.slice(cutIndex, cutIndex + 1));
  if (segment === undefined) throw new Error(`internal: no segment before cut ${cutIndex}`);
  return emitFeatureSegment(segment, null, { precision: 'float32' }).bytes;
}

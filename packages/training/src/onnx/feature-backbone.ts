import type { CutDescription, SegmentedBackbone } from '@ztw/core/runtime';
import { splitPrefix } from '@ztw/heads';
import { emitFeatureSegment, splitGraph } from '@ztw/onnx-graph';
import type { NetworkPlan } from './network-plan.ts';
import type { OnnxBackend } from './onnx-backend.ts';

/** Takes half the memory of float32 and is precise enough for training heads. */
const precision = 'float16';

/**
 * Cuts the network of a plan for training: every segment also returns the features that the ICs after it are trained
 * on.
 */
export function featureBackbone(plan: NetworkPlan, onnx: Pick<OnnxBackend, 'segments'>): SegmentedBackbone {
  const { analysis } = plan.network;
  // The heads of the methods differ only in the cascade, which comes after the prefix.
  const prefixes = (plan.variants[0]?.heads ?? []).map(splitPrefix);
  const segments = splitGraph(analysis, plan.cuts).map((segment, index) => {
    const emitted = emitFeatureSegment(segment, prefixes[index]?.prefix ?? null, { precision });
    return { ...emitted, boundary: emitted.outputs };
  });
  return onnx.segments({
    segments,
    cuts: plan.cuts.map(
      (cut, index): CutDescription => ({
        name: cut.name,
        boundaryShapes: cut.tensors.map((tensor) => tensor.rowShape),
        cachedShape: prefixes[index]?.cachedShape ?? [],
        cumulativeMacs: cut.macs,
      }),
    ),
    classes: analysis.classes,
    inputShape: analysis.input.rowShape,
    backboneMacs: analysis.backboneMacs,
    precision,
    batch: analysis.batch,
  });
}

// The backbone on segments that the graph library writes: a real network, prefixes with and without pools, and both
// precisions.

import { denseInput, type FeatureRows, rowSize, type SegmentedBackbone } from '@ztw/core/runtime';
import { executeLayers, splitPrefix } from '@ztw/heads';
import { emitFeatureSegment, splitGraph } from '@ztw/onnx-graph';
import { describe, expect, test } from 'vitest';
import {
  type CutNetwork,
  cutNetwork,
  fashionNetwork,
  largestDifference,
  loadWhole,
  structuredRows,
} from '../../test/support/cut-network.ts';
import { runtimes } from '../../test/support/runtimes.ts';
import type { OnnxRuntime } from '../index.ts';
import { createSegmentedBackbone } from './segmented-backbone.ts';

const rows = 5;

function backboneOf(ort: OnnxRuntime, cut: CutNetwork, precision: 'float16' | 'float32'): SegmentedBackbone {
  const { analysis, cuts, heads } = cut;
  const splits = heads.map((head) => splitPrefix(head.specification));
  return createSegmentedBackbone({
    ort,
    segments: splitGraph(analysis, cuts).map((segment, index) =>
      emitFeatureSegment(segment, splits[index]?.prefix ?? null, { precision }),
    ),
    cuts: cuts.map((point, index) => ({
      name: point.name,
      boundaryShapes: point.tensors.map((tensor) => tensor.rowShape),
      cachedShape: splits[index]!.cachedShape,
      cumulativeMacs: point.macs,
    })),
    classes: analysis.classes,
    inputShape: analysis.input.rowShape,
    backboneMacs: analysis.backboneMacs,
    precision,
    batch: analysis.batch,
  });
}

/** Values of float16 bit patterns; float32 as it is. */
function decode(values: FeatureRows): Float32Array {
  if (values instanceof Float32Array) {
    return values;
  }
  return Float32Array.from(values, (bits) => {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 0x1f;
    const fraction = bits & 0x3ff;
    return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
  });
}

describe.each(runtimes)('$name', ({ ort }) => {
  test.each([
    // Half a unit in the last place per cut and value, 2^-11 of features of order 10, summed over the network.
    { precision: 'float16', family: 'pooled', logitsAtol: 0.1, cachedAtol: 0.01 },
    { precision: 'float32', family: 'pooled', logitsAtol: 2e-5, cachedAtol: 1e-5 },
    { precision: 'float32', family: 'conv', logitsAtol: 2e-5, cachedAtol: 0 },
  ] as const)('$precision, $family heads', async ({ precision, family, logitsAtol, cachedAtol }) => {
    const cut = await cutNetwork({ ort, path: fashionNetwork, selection: { kind: 'count', count: 3 }, family });
    const backbone = backboneOf(ort, cut, precision);
    const data = structuredRows(denseInput(backbone).rowShape, rows, 11);
    let inputs: readonly FeatureRows[] = [data];
    for (const [index, { boundaryShapes, cachedShape }] of backbone.cuts.entries()) {
      const { boundary, cached, logits } = await backbone.runSegment(index, inputs, rows);
      expect(logits).toBeNull();
      expect(boundary.map((values) => values.length)).toEqual(boundaryShapes.map((shape) => rows * rowSize(shape)));
      const prefix = splitPrefix(cut.heads[index]!.specification).prefix;
      const expected = executeLayers(prefix, {}, decode(boundary[0]!), boundaryShapes[0]!, rows, null);
      const kept = decode(cached ?? boundary[0]!);
      expect(kept).toHaveLength(rows * rowSize(cachedShape));
      expect(largestDifference(kept, expected)).toBeLessThanOrEqual(cachedAtol);
      // The features come out of a ReLU, so a prefix that is another ReLU need not be stored again.
      expect(cached === null).toBe(prefix.every(({ kind }) => kind === 'relu'));
      inputs = boundary;
    }
    const last = await backbone.runSegment(backbone.cuts.length, inputs, rows);
    const whole = await loadWhole(ort, cut);
    expect(largestDifference(last.logits!, await whole.runWhole({ data, rows }))).toBeLessThanOrEqual(logitsAtol);
    await backbone[Symbol.asyncDispose]();
    await whole[Symbol.asyncDispose]();
  });
});

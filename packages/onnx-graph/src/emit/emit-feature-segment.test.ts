import { readFileSync } from 'node:fs';
import { executeLayers, type HeadLayer, poolConvHead, splitPrefix } from '@ztw/heads';
import { beforeAll, describe, expect, test } from 'vitest';
import { fashionPath } from '../../test/support/shared.ts';
import { largestDifference, randomRows } from '../../test/support/staged.ts';
import { type NamedArray, runModel, wasmProbe } from '../../test/support/wasm.ts';
import { analyseGraph, type GraphAnalysis } from '../analysis/analyse-graph.ts';
import { chooseCuts } from '../cuts/choose-cuts.ts';
import { readModel } from '../model/read-model.ts';
import type { Segment } from '../segment/segment.ts';
import { splitGraph } from '../segment/split-graph.ts';
import { emitFeatureSegment, type FeatureSegmentModel } from './emit-feature-segment.ts';

const rows = 3;
const relu: readonly HeadLayer[] = [{ kind: 'relu' }];
const pools: readonly HeadLayer[] = [{ kind: 'adaptive-pools', outputSize: [4, 4] }];

let bytes: Uint8Array;
let analysis: GraphAnalysis;
let segments: readonly Segment[];
let input: NamedArray;
let whole: ArrayLike<number>;
beforeAll(async () => {
  bytes = readFileSync(fashionPath);
  analysis = await analyseGraph(readModel(bytes), wasmProbe);
  // After a block, inside of one (two tensors, the first of them not behind a ReLU), and after the last.
  const names = [
    '/blocks/blocks.2/Relu_1_output_0',
    '/blocks/blocks.4/c1/Conv_output_0',
    '/blocks/blocks.8/Relu_1_output_0',
  ];
  segments = splitGraph(analysis, chooseCuts(analysis, { kind: 'names', names }));
  input = randomRows(rows, analysis.input.rowShape);
  whole = (await runModel(bytes, { input })).logits!.data;
});

async function sweep(models: readonly FeatureSegmentModel[]): Promise<Record<string, NamedArray>[]> {
  let features: readonly NamedArray[] = [input];
  const results: Record<string, NamedArray>[] = [];
  for (const model of models) {
    const feeds = Object.fromEntries(model.inputs.map(({ name }, position) => [name, features[position]!]));
    const outputs = await runModel(model.bytes, feeds);
    features = model.outputs.map(({ name }) => outputs[name]!);
    results.push(outputs);
  }
  return results;
}

describe('float32', () => {
  test('a sweep ends in the logits of the whole network', async () => {
    const models = segments.map((segment) => emitFeatureSegment(segment, null, { precision: 'float32' }));
    const results = await sweep(models);
    expect(largestDifference(results.at(-1)!.logits!.data, whole)).toBeLessThanOrEqual(2e-5);
    expect(models.map(({ logits }) => logits)).toEqual([null, null, null, 'logits']);
    expect(models.map(({ cachedIsBoundary }) => cachedIsBoundary)).toEqual([true, true, true, false]);
    expect(models[1]!.outputs).toEqual([
      { name: 'next_0', rowShape: [32, 14, 14] },
      { name: 'next_1', rowShape: [32, 14, 14] },
    ]);
  });

  test('cached is the prefix of the first cut tensor, left out where it changes nothing', async () => {
    const models = segments.map((segment) => emitFeatureSegment(segment, relu, { precision: 'float32' }));
    const results = await sweep(models);
    expect(models.map(({ cachedIsBoundary }) => cachedIsBoundary)).toEqual([true, false, true, false]);
    expect(models[1]!.cached).toEqual({ name: 'cached', rowShape: [32, 14, 14] });
    const { next_0: boundary, cached } = results[1]!;
    const expected = (boundary!.data as Float32Array).map((value) => Math.max(0, value));
    expect(largestDifference(cached!.data, expected)).toBe(0);
    expect(Math.min(...boundary!.data)).toBeLessThan(0);
  });

  test('pools of a pool-conv head and of windows that overlap', async () => {
    for (const segment of segments.slice(0, 3)) {
      const { rowShape } = segment.outputs[0]!;
      const whole = poolConvHead({ inputShape: rowShape, classes: 10, cascade: false });
      for (const prefix of [splitPrefix(whole).prefix, pools, [...relu, ...pools]]) {
        const model = emitFeatureSegment(segment, prefix, { precision: 'float32' });
        const feeds = model.inputs.map(
          ({ name, rowShape }, position) => [name, randomRows(rows, rowShape, position)] as const,
        );
        const outputs = await runModel(model.bytes, Object.fromEntries(feeds));
        const boundary = outputs.next_0!.data as Float32Array;
        const expected = executeLayers(prefix, {}, boundary, rowShape, rows, null);
        const cached = model.cachedIsBoundary ? boundary : outputs.cached!.data;
        expect(largestDifference(cached, expected)).toBeLessThanOrEqual(1e-6);
      }
    }
  });
});

describe('float16', () => {
  test('tensors at cuts are half as large, input and logits stay float32, and the answer is the same to half precision', async () => {
    const models = segments.map((segment) => emitFeatureSegment(segment, pools, { precision: 'float16' }));
    const results = await sweep(models);
    expect(results[0]!.next_0!.data).toBeInstanceOf(Uint16Array);
    expect(results[0]!.cached!.data).toBeInstanceOf(Uint16Array);
    expect(results[0]!.cached!.dims).toEqual([rows, 2, 16, 4, 4]);
    expect(results.at(-1)!.logits!.data).toBeInstanceOf(Float32Array);
    // Ten bits of mantissa at three cuts; logits are of order 10.
    expect(largestDifference(results.at(-1)!.logits!.data, whole)).toBeLessThan(0.05);
  });
});

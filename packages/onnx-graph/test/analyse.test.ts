import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { analyseGraph, chooseCuts, type GraphAnalysis, readModel } from '../src/index.ts';
import { fashionPath, sharedFile, sharedNetworks } from './support/shared.ts';
import { wasmProbe } from './support/wasm.ts';

describe('the network of the repository', () => {
  let analysis: GraphAnalysis;
  beforeAll(async () => {
    analysis = await analyseGraph(readModel(readFileSync(fashionPath)), wasmProbe);
  });

  test('facts', () => {
    const { input, output, classes, batch, opset, backboneMacs, parameters } = analysis;
    expect({ input, output, classes, batch, opset, backboneMacs, parameters }).toEqual({
      input: { name: 'input', rowShape: [1, 28, 28] },
      output: { name: 'logits' },
      classes: 10,
      batch: 'dynamic',
      opset: 13,
      backboneMacs: 31_021_952,
      parameters: 271_402,
    });
  });

  test('a node’s MACs add up to the whole', () => {
    const stem = analysis.nodes[0];
    expect(stem).toEqual({ index: 0, name: '/stem/stem.0/Conv', operator: 'Conv', macs: 28 * 28 * 16 * 9 });
    expect(analysis.nodes.reduce((sum, { macs }) => sum + macs, 0)).toBe(analysis.backboneMacs);
  });

  test('nine blocks end after their activations', () => {
    const blocks = analysis.cuts.filter(({ afterBlock }) => afterBlock !== null);
    expect(blocks.map(({ name }) => name)).toEqual(
      Array.from({ length: 9 }, (_unused, block) => `/blocks/blocks.${block}/Relu_1_output_0`),
    );
    expect(blocks.map(({ afterBlock }) => afterBlock)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(blocks.at(-1)).toMatchObject({ macs: 31_021_312, parametersBefore: 270_752 });
  });

  test('inside a block two tensors cross, the named one first', () => {
    const cut = analysis.cuts.find(({ name }) => name === '/blocks/blocks.3/c1/Conv_output_0');
    expect(cut).toMatchObject({
      afterBlock: null,
      tensors: [
        { name: '/blocks/blocks.3/c1/Conv_output_0', rowShape: [32, 14, 14] },
        { name: '/blocks/blocks.2/Relu_1_output_0', rowShape: [16, 28, 28] },
      ],
    });
  });

  test('costs never fall from cut to cut, and something is always left to skip', () => {
    const macs = analysis.cuts.map((cut) => cut.macs);
    expect(macs).toEqual(macs.toSorted((left, right) => left - right));
    expect(Math.max(...macs)).toBeLessThan(analysis.backboneMacs);
    expect(Math.min(...macs)).toBeGreaterThan(0);
  });
});

/** Blocks and MACs of the networks outside the repository, as published or counted by hand. */
const published: Readonly<Record<string, { readonly macs: number; readonly blocks: number }>> = {
  'fashion-resnet20.onnx': { macs: 31_021_952, blocks: 9 },
  'resnet20-cifar10.onnx': { macs: 40_551_040, blocks: 9 },
  'resnet56-cifar10.onnx': { macs: 125_485_696, blocks: 27 },
  'vit-fashion.onnx': { macs: 15_718_016, blocks: 8 },
};

test.each(sharedNetworks().map((path) => [basename(path), path] as const))('%s', async (name, path) => {
  const analysis = await analyseGraph(readModel(readFileSync(path)), wasmProbe);
  expect(analysis.backboneMacs).toBe(published[name]?.macs);
  expect(chooseCuts(analysis, { kind: 'all' })).toHaveLength(published[name]!.blocks);
});

test('ResNet-56: the cuts of the reference, at its costs', async ({ skip }) => {
  const network = sharedFile('data/resnet56-cifar10.onnx');
  const places = ['6ics', '27ics'].map((name) => sharedFile(`reference/resnet56-${name}/reference.json`));
  if (network === null || places.includes(null))
    return skip('the reference is absent; set ZTW_SHARED to test against it');
  const analysis = await analyseGraph(readModel(readFileSync(network)), wasmProbe);
  const auto = chooseCuts(analysis, { kind: 'auto' });
  expect(auto.map(({ afterBlock }) => afterBlock)).toEqual([3, 7, 11, 15, 19, 23]);
  for (const [index, cuts] of [auto, chooseCuts(analysis, { kind: 'all' })].entries()) {
    // Python writes NaN, which JSON does not know.
    const text = readFileSync(places[index]!, 'utf8').replaceAll('NaN', 'null');
    const reference = JSON.parse(text) as { cut_macs: number[]; backbone_macs: number };
    expect(cuts.map(({ macs }) => macs)).toEqual(reference.cut_macs);
    expect(analysis.backboneMacs).toBe(reference.backbone_macs);
  }
});

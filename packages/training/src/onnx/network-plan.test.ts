// Which heads networks get by default: those that the published numbers were made with, and cheaper ones where these
// cost too much.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { onnxBackend } from '@ztw/runtime-onnx';
import { layersModelProgram } from '@ztw/runtime-tfjs';
import * as ort from 'onnxruntime-web';
import { beforeAll, describe, expect, test } from 'vitest';
import { defaultHeads } from './default-heads.ts';
import { reportHeads } from './heads-report.ts';
import { planNetwork } from './network-plan.ts';
import { type OnnxNetwork, openNetwork } from './onnx-network.ts';
import { keepExits } from './pruning/keep-exits.ts';

const onnx = onnxBackend({ ort });
const repository = fileURLToPath(new URL('../../../../', import.meta.url));
const shared = `${process.env.ZTW_SHARED ?? `${repository}../shared`}/data/`;
const methods = ['ztw', 'sdn'] as const;

const fashion = `${repository}models/fashion-resnet20.onnx`;
const resnet56 = `${shared}resnet56-cifar10.onnx`;
const vit = `${shared}vit-fashion.onnx`;

/** SHA-256 of all heads of both methods as JSON, taken before heads had bounds. */
const published = [
  { path: fashion, cuts: 'auto', expected: '0e402815cfd5e31b77063a4839e5093bd6a128821a058c9e8aae4bcc3484e05e' },
  { path: fashion, cuts: 'all', expected: 'ab8bc9210af6d77375de1543bb01651fe9f0092c607bee60642eac0777f6839d' },
  { path: resnet56, cuts: 'auto', expected: '3293ca64c98448f5d2599945bd841a9ca792976609924b372328efeb1f4dbd8a' },
  { path: resnet56, cuts: 'all', expected: '9918ccb5fc9ec74465c44a011b89d566458fa49e6e40c103d7a440eae9d5a38a' },
  { path: vit, cuts: 'auto', expected: '37947c3ff98a79f00d446cc68a757d6b636b238ff65215ea32a6d207e61f8faa' },
  { path: vit, cuts: 'all', expected: '841868c0d772fcd67bfaeacbd9e4a67665d7a043bbf565a24098e588e417d4e1' },
] as const;

/** The same at all cuts, with the families and paddings that the pages of results name. */
const publishedFamilies = [
  {
    path: fashion,
    head: { family: 'pooled' },
    expected: '6007dfb1f383cf56e837646c8e22fa0e31baf4ac6f49321fd053a126414e1461',
  },
  {
    path: resnet56,
    head: { family: 'conv', padding: 0 },
    expected: '1fbc31db06a6306bb8cbba466c02a75ebc9ff40c52aab21fab00d587c0918e99',
  },
  {
    path: vit,
    head: { family: 'token' },
    expected: '841868c0d772fcd67bfaeacbd9e4a67665d7a043bbf565a24098e588e417d4e1',
  },
] as const;

const hash = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');
const fileName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

async function open(path: string): Promise<OnnxNetwork | null> {
  const bytes = await readFile(path).catch(() => null);
  return bytes === null ? null : openNetwork({ name: fileName(path), bytes }, { onnx });
}

describe('heads of published numbers', () => {
  test.for(published.map((row) => ({ ...row, file: fileName(row.path) })))(
    '$file, default heads at the cuts of $cuts',
    async ({ path, cuts, expected }, { skip }) => {
      const network = await open(path);
      if (network === null) return skip('the network is absent; set ZTW_SHARED to test against it');
      const options = { selection: { kind: cuts }, head: { family: 'auto' }, methods, followsNetwork: false } as const;
      const plan = await planNetwork(network, options);
      expect(hash(plan.variants)).toBe(expected);
      expect(reportHeads(plan)).toMatchObject({ withinBounds: true, asked: false });
      expect(reportHeads(plan).heads.every(({ insteadOf }) => insteadOf === null)).toBe(true);
    },
  );

  test.for(publishedFamilies.map((row) => ({ ...row, file: fileName(row.path) })))(
    '$file, $head.family',
    async ({ path, head, expected }, { skip }) => {
      const network = await open(path);
      if (network === null) return skip('the network is absent; set ZTW_SHARED to test against it');
      const plan = await planNetwork(network, { selection: { kind: 'all' }, head, methods, followsNetwork: false });
      expect(hash(plan.variants)).toBe(expected);
    },
  );
});

/** Many channels, joined by convolutions that cost little: the usual heads cost about as much as the network. */
function cheapBackbone(classes: number): layers.LayersModel {
  const model = layers.sequential({ name: 'cheap' });
  model.add(layers.layers.inputLayer({ inputShape: [16, 16, 3] }));
  for (const [index, strides] of [2, 1, 2, 1].entries()) {
    const kernelInitializer = layers.initializers.heNormal({ seed: index });
    model.add(layers.layers.conv2d({ filters: 64, kernelSize: 1, strides, activation: 'relu', kernelInitializer }));
  }
  model.add(layers.layers.globalAveragePooling2d({}));
  model.add(layers.layers.dense({ units: classes, kernelInitializer: layers.initializers.heNormal({ seed: 9 }) }));
  return model;
}

describe('a network that costs less than its usual heads', () => {
  let network: OnnxNetwork;
  beforeAll(async () => {
    await tf.setBackend('wasm');
    network = await openNetwork(await layersModelProgram(cheapBackbone(5)), { onnx });
  });
  const plan = (head: Parameters<typeof planNetwork>[1]['head']) =>
    planNetwork(network, { selection: { kind: 'all' }, head, methods, followsNetwork: false });

  test('gets cheaper ones, and the report says instead of which', async () => {
    const report = reportHeads(await plan({ family: 'auto' }));
    expect(report).toMatchObject({ withinBounds: true, asked: false });
    expect(report.total.macsShare).toBeLessThanOrEqual(0.1);
    const replaced = report.heads.filter(({ insteadOf }) => insteadOf !== null);
    expect(replaced.length).toBeGreaterThan(0);
    for (const { insteadOf, macsShare } of replaced) {
      expect(insteadOf!.design).toEqual({ family: 'conv' });
      expect(insteadOf!.macsShare).toBeGreaterThan(0.03);
      expect(macsShare).toBeLessThanOrEqual(0.03);
    }
  });

  test('all methods have the same design', async () => {
    const { variants } = await plan({ family: 'auto' });
    const [ztw, sdn] = variants.map(({ heads }) =>
      heads.map((head) => head.layers.filter(({ kind }) => kind !== 'cascade' && kind !== 'dense')),
    );
    expect(ztw).toEqual(sdn);
  });

  test.each([{ family: 'conv' }, { padding: 0 }] as const)('%o is obeyed, and what it costs is said', async (head) => {
    const report = reportHeads(await plan(head));
    expect(report).toMatchObject({ withinBounds: false, asked: true });
    expect(report.heads.every(({ insteadOf }) => insteadOf === null)).toBe(true);
    expect(report.total.macsShare).toBeGreaterThan(0.1);
  });

  test('exits that stay keep their heads where others are dropped', async () => {
    const planned = await plan({ family: 'auto' });
    const last = planned.cuts.length - 1;
    const { plan: kept } = keepExits(
      { plan: planned, result: { variants: [], trainingLogits: null } },
      { method: 'ztw', kept: [last, last + 1] },
    );
    expect(kept.heads.heads).toEqual(planned.heads.heads.slice(-1));
    expect(kept.cuts).toEqual(planned.cuts.slice(-1));
  });

  test('auto takes fewer cuts where many classes make heads expensive', async () => {
    const wide = await openNetwork(await layersModelProgram(cheapBackbone(500)), { onnx });
    const options = { head: { family: 'auto' }, methods, followsNetwork: false } as const;
    const automatic = await planNetwork(wide, { ...options, selection: { kind: 'auto' } });
    const all = await planNetwork(wide, { ...options, selection: { kind: 'all' } });
    expect(all.heads.withinBounds).toBe(false);
    expect(automatic.heads.withinBounds).toBe(true);
    expect(automatic.cutsLeftOut).toBe(all.cuts.length - automatic.cuts.length);
    expect(automatic.cutsLeftOut).toBeGreaterThan(0);
    const more = { ...options, selection: { kind: 'count', count: automatic.cuts.length + 1 } } as const;
    expect((await planNetwork(wide, more)).heads.withinBounds).toBe(false);
    expect(defaultHeads(wide).auto).toEqual(reportHeads(automatic));
  });

  test('a head that was asked for leaves no cut out', async () => {
    const wide = await openNetwork(await layersModelProgram(cheapBackbone(500)), { onnx });
    const asked = { selection: { kind: 'auto' }, head: { family: 'conv' }, methods, followsNetwork: false } as const;
    expect(await planNetwork(wide, asked)).toMatchObject({ cutsLeftOut: 0, heads: { withinBounds: false } });
  });

  test('what default heads cost is known without a plan', async () => {
    const { all, perCut } = defaultHeads(network);
    expect(all).toEqual(reportHeads(await plan({ family: 'auto' })));
    expect(perCut).toHaveLength(network.analysis.cuts.length);
    expect(perCut.every((head) => head !== null && head.macsShare <= 0.03)).toBe(true);
  });
});

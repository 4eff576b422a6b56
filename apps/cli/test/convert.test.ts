// `ztw convert`: a network of TensorFlow.js becomes an ONNX model that the other commands read.

import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { io } from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { runAllExits } from '@ztw/core';
import { seededRandom } from '@ztw/heads';
import { loadBundle as loadOnOnnx } from '@ztw/runtime-onnx';
import { loadBundle as loadOnTensorflow } from '@ztw/runtime-tfjs';
import * as ort from 'onnxruntime-web';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attribute, graphModel } from '../../../packages/runtime-tfjs/src/__fixtures__/graph-model.ts';
import {
  smallGraphModel,
  smallLayersModel,
} from '../../../packages/runtime-tfjs/src/__fixtures__/tensorflow-networks.ts';
import type { ConvertResult } from '../src/commands/convert/job.ts';
import type { NetworkInspection } from '../src/commands/inspect/inspect-network.ts';
import { loadTensorflow } from '../src/runtime/tensorflow.ts';
import { runInProcess } from './support/run-command.ts';
import { writeArrays } from './support/sample-data.ts';

let root: string;
let model: string;
const at = (...parts: readonly string[]): string => join(root, ...parts);

/** Writes a network as TensorFlow.js saves it, its weights in two shards. @returns the folder. */
async function save(network: { save(handler: io.IOHandler): Promise<unknown> }, name: string): Promise<string> {
  const folder = at(name);
  await mkdir(folder);
  const save = async (artifacts: io.ModelArtifacts): Promise<io.SaveResult> => {
    const bytes = new Uint8Array(artifacts.weightData as ArrayBuffer);
    const half = bytes.length >> 1;
    await writeFile(join(folder, 'shard-1.bin'), bytes.subarray(0, half));
    await writeFile(join(folder, 'shard-2.bin'), bytes.subarray(half));
    const { modelTopology, weightSpecs, format } = artifacts;
    const weightsManifest = [{ paths: ['shard-1.bin', 'shard-2.bin'], weights: weightSpecs }];
    await writeFile(join(folder, 'model.json'), JSON.stringify({ format, modelTopology, weightsManifest }));
    return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
  };
  await network.save({ save });
  return folder;
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'ztw-convert-'));
  await loadTensorflow();
  model = await save(smallLayersModel(), 'web');
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe('a LayersModel', () => {
  test.each(['node', 'web'])('answers the same on onnxruntime-%s, and can be cut', async (runtime) => {
    const out = at(`${runtime}.onnx`);
    const converted = await runInProcess(['convert', model, '--out', out, '--runtime', runtime, '--json']);
    expect(converted.code, converted.stderr).toBe(0);
    const result = JSON.parse(converted.stdout) as ConvertResult;
    expect(result).toMatchObject({
      file: out,
      kind: 'LayersModel',
      name: 'small',
      layers: 11,
      classes: 4,
      droppedSoftmax: true,
    });
    expect(result.inputShape).toEqual([3, 12, 12]);
    expect(result.bytes).toBe((await readFile(out)).length);
    expect(result.comparison).toMatchObject({ values: 'probabilities', rows: 4 });
    // The bound of two runtimes.
    expect(result.comparison!.largestDifference).toBeLessThanOrEqual(1e-4);

    const inspected = await runInProcess(['inspect', out, '--json']);
    expect(inspected.code, inspected.stderr).toBe(0);
    const inspection = JSON.parse(inspected.stdout) as NetworkInspection;
    expect(inspection).toMatchObject({ batch: 'dynamic', macs: result.macs, input: { rowShape: [3, 12, 12] } });
    expect(inspection.cuts.map(({ name }) => name)).toContain('active');
  });

  test('says for people what was written, also without a comparison', async () => {
    const args = ['convert', join(model, 'model.json'), '--out', at('plain.onnx'), '--no-check'];
    const { stdout, code } = await runInProcess(args);
    expect(code).toBe(0);
    for (const part of [
      'plain.onnx',
      'LayersModel "small": 11 layers',
      '[batch, 3, 12, 12]',
      'softmax',
      'not compared',
    ]) {
      expect(stdout).toContain(part);
    }
  });
});

describe('a GraphModel', () => {
  test('answers the same on ONNX Runtime, and can be cut', async () => {
    const folder = await save(smallGraphModel(), 'graph');
    const out = at('graph.onnx');
    const converted = await runInProcess(['convert', folder, '--out', out, '--json']);
    expect(converted.code, converted.stderr).toBe(0);
    const result = JSON.parse(converted.stdout) as ConvertResult;
    expect(result).toMatchObject({ kind: 'GraphModel', name: 'graph', layers: 6, classes: 4, droppedSoftmax: false });
    expect(result.comparison).toMatchObject({ values: 'logits' });
    expect(result.comparison!.largestDifference).toBeLessThanOrEqual(1e-4);
    const inspected = await runInProcess(['inspect', out, '--json']);
    const inspection = JSON.parse(inspected.stdout) as NetworkInspection;
    expect(inspection.macs).toBe(result.macs);
    expect(inspection.cuts.map(({ name }) => name)).toContain('active1');
  });

  test('takes the size that its file leaves open', async () => {
    const axes = { shape: [2], values: [1, 2], dtype: 'int32' } as const;
    const filter = { shape: [3, 3, 2, 3], values: Array.from({ length: 54 }, (_unused, index) => Math.sin(index)) };
    const ones = attribute.integers(1, 1, 1, 1);
    const same = {
      strides: ones,
      dilations: ones,
      padding: attribute.text('SAME'),
      data_format: attribute.text('NHWC'),
    };
    const open = graphModel([-1, -1, 2], { filter, axes }, [
      { name: 'conv', op: 'Conv2D', input: ['image', 'filter'], attr: same },
      { name: 'scores', op: 'Mean', input: ['conv', 'axes'], attr: { keep_dims: attribute.flag(false) } },
    ]);
    const args = ['convert', await save(open, 'open'), '--out', at('open.onnx'), '--json'];
    const refused = await runInProcess(args);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('inputShape') });
    const { code, stdout, stderr } = await runInProcess([...args, '--input-shape', '2,9,6']);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ inputShape: [2, 9, 6], macs: 54 * 54 });
  });
});

test('what was converted trains to a bundle that both runtimes run', async () => {
  const make = layers.layers;
  const small = layers.sequential({
    name: 'small',
    layers: [
      make.conv2d({
        filters: 4,
        kernelSize: 3,
        strides: 2,
        padding: 'same',
        activation: 'relu',
        inputShape: [28, 28, 1],
      }),
      make.conv2d({ filters: 8, kernelSize: 3, strides: 2, padding: 'same', activation: 'relu' }),
      make.globalAveragePooling2d({}),
      make.dense({ units: 10, activation: 'softmax' }),
    ],
  });
  const network = at('trainable.onnx');
  const data = await writeArrays(at('data'), 60, 1);
  const bundle = at('bundle');
  // The weights are random: the network by itself is near chance.
  const recipe = ['--cuts', '1', '--head', 'pooled', '--epochs', '1', '--allow-mismatch'];
  const train = ['train', network, '--data', data, ...recipe, '--out', bundle];
  for (const args of [
    ['convert', await save(small, 'trainable'), '--out', network],
    train,
    ['run', bundle, data, '--threshold', '0.9'],
  ]) {
    const { code, stderr } = await runInProcess([...args, '--quiet']);
    expect(code, stderr).toBe(0);
  }
  const tf = await loadTensorflow();
  const read = (path: string): Promise<Uint8Array> => readFile(join(bundle, path));
  const onTensorflow = await loadOnTensorflow({ tf, bundle: read });
  const onOnnx = await loadOnOnnx({ ort, bundle: read });
  const random = seededRandom(3);
  const input = { data: Float32Array.from({ length: 2 * 784 }, random), rows: 2 };
  const [actual, expected] = [await runAllExits(onTensorflow.model, input), await runAllExits(onOnnx.model, input)];
  for (const [exit, logits] of expected.entries()) {
    logits.forEach((value, index) => {
      expect(Math.abs((actual[exit]?.[index] ?? Number.NaN) - value)).toBeLessThanOrEqual(1e-4);
    });
  }
  await onTensorflow.model[Symbol.asyncDispose]();
  await onOnnx.model[Symbol.asyncDispose]();
});

describe('refuses, and writes nothing', () => {
  async function refused(...args: readonly string[]): Promise<string> {
    const before = await readdir(root, { recursive: true });
    const { code, stdout, stderr } = await runInProcess(['convert', ...args, '--quiet']);
    expect(code, stderr).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^error: .*\n$/);
    expect(await readdir(root, { recursive: true })).toEqual(before);
    return stderr;
  }
  const out = ['--out', 'nowhere.onnx'];

  /** A copy of the network's file with something else in it. */
  async function edited(name: string, edit: (json: Record<string, unknown>) => unknown): Promise<string> {
    await mkdir(at(name));
    for (const shard of ['shard-1.bin', 'shard-2.bin'])
      await writeFile(at(name, shard), await readFile(join(model, shard)));
    const json = JSON.parse(await readFile(join(model, 'model.json'), 'utf8')) as Record<string, unknown>;
    await writeFile(at(name, 'model.json'), JSON.stringify(edit(json)));
    return at(name);
  }

  test('what is not there, and what is no network', async () => {
    expect(await refused(at('missing'), ...out)).toContain('missing');
    await writeFile(at('text.json'), 'this is a text');
    expect(await refused(at('text.json'), ...out)).toContain('expected JSON');
    expect(await refused(await edited('other', () => ({ name: 'a package' })), ...out)).toContain('weightsManifest');
    expect(await refused(await edited('foreign', (json) => ({ ...json, format: 'onnx' })), ...out)).toContain('"onnx"');
  });

  test('weights that are missing, truncated or in another folder', async () => {
    const missing = await edited('missing-shard', (json) => json);
    await rm(join(missing, 'shard-2.bin'));
    expect(await refused(missing, ...out)).toMatch(/the weights shard-2\.bin/);
    await writeFile(join(missing, 'shard-2.bin'), 'short');
    expect(await refused(missing, ...out)).toMatch(/expected \d+ bytes of weights, but the shards hold/);
    const outside = await edited('outside', (json) => ({
      ...json,
      weightsManifest: [{ paths: ['../web/shard-1.bin'], weights: [] }],
    }));
    expect(await refused(outside, ...out)).toContain('without ".."');
  });

  test('a layer that TensorFlow.js does not know, and one that ONNX models here cannot hold', async () => {
    const text = (json: Record<string, unknown>) =>
      JSON.parse(JSON.stringify(json).replace('"DepthwiseConv2D"', '"MyOwnLayer"'));
    expect(await refused(await edited('own', text), ...out)).toMatch(/cannot load this LayersModel.*MyOwnLayer/);
    const input = layers.input({ shape: [8, 8, 2] });
    const up = layers.layers.upSampling2d({ name: 'up' }).apply(input) as layers.SymbolicTensor;
    const flat = layers.layers.flatten().apply(up) as layers.SymbolicTensor;
    const folder = await save(layers.model({ inputs: input, outputs: flat }), 'upsampling');
    expect(await refused(folder, ...out)).toMatch(/layer "up" \(UpSampling2D\): this class is not supported/);
  });

  test('a layer that waits for an unknown one, weights that are null, and sizes that are no numbers', async () => {
    const unknown = (json: Record<string, unknown>) =>
      JSON.parse(JSON.stringify(json).replace('[["padded",0,0,{}]]', '[["nobody",0,0,{}]]'));
    expect(await refused(await edited('unknown', unknown), ...out)).toMatch(
      /modelTopology\.config\.layers\.\d+\.inbound_nodes\.0\.0: expected the name of a layer; received "nobody"/,
    );
    const nothing = (json: Record<string, unknown>) => ({ ...json, weightsManifest: [null] });
    expect(await refused(await edited('nothing', nothing), ...out)).toContain('weightsManifest.0');
    const sizes = (json: Record<string, unknown>) =>
      JSON.parse(JSON.stringify(json).replace('"shape":[3,3,3,8]', '"shape":[3,3,null,8]'));
    expect(await refused(await edited('sizes', sizes), ...out)).toContain('weightsManifest.0.weights.0.shape.2');
  });

  test('an existing file, without --overwrite', async () => {
    await writeFile(at('taken.onnx'), 'mine');
    expect(await refused(model, '--out', at('taken.onnx'))).toContain('--overwrite');
    expect(await readFile(at('taken.onnx'), 'utf8')).toBe('mine');
    const { code } = await runInProcess(['convert', model, '--out', at('taken.onnx'), '--overwrite', '--no-check']);
    expect(code).toBe(0);
    expect((await readFile(at('taken.onnx'))).length).toBeGreaterThan(1000);
  });

  test('a shape for a network that has one', async () => {
    expect(await refused(model, '--input-shape', '3,24,24', ...out)).toContain('Leave --input-shape out');
  });

  test('a command without an output', async () => {
    const { code, stderr } = await runInProcess(['convert', model]);
    expect(code).toBe(2);
    expect(stderr).toContain('--out');
  });
});

test('the help shows how', async () => {
  const { stdout, code } = await runInProcess(['convert', '--help']);
  expect(code).toBe(0);
  expect(stdout).toContain('$ ztw convert web-model/model.json --out network.onnx');
});

// A chain of two networks with ICs in both: the cascade crosses the border in training, on both runtimes and in single files.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { type BundleManifest, type BundleReader, openBundle } from '@ztw/bundle';
import { classify, confidenceThreshold, runAllExits } from '@ztw/core';
import { seededRandom } from '@ztw/heads';
import { exportBundle } from '@ztw/onnx-graph';
import { createExecutor, loadBundle } from '@ztw/runtime-onnx';
import { loadBundle as loadOnTensorflow } from '@ztw/runtime-tfjs';
import * as ort from 'onnxruntime-web';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CommandRun, runInProcess } from './support/run-command.ts';
import { network, writeArrays } from './support/sample-data.ts';

let root: string;
let data: string;
let trained: CommandRun;
const bundle: BundleReader = (path) => readFile(join(root, 'chain', 'ztw', path));
const rows = 12;
const input = { rows, data: Float32Array.from({ length: rows * 784 }, seededRandom(3)) };

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'ztw-chain-'));
  data = await writeArrays(join(root, 'train'), 200, 1);
  await tf.setBackend('wasm');
  trained = await runInProcess([
    ...['train', network, network, '--data', data, '--cuts', '1', '--head', 'pooled', '--epochs', '1', '--batch', '32'],
    ...['--preset', 'fashion-mnist', '--methods', 'ztw,sdn', '--seed', '3', '--out', join(root, 'chain')],
    '--allow-mismatch',
  ]);
}, 120_000);
afterAll(() => rm(root, { recursive: true, force: true }));

test('only the first IC of all has no cascade with ZTW, and none has one with SDN', async () => {
  expect(trained.code, trained.stderr).toBe(0);
  const cascades = async (method: string) => {
    const manifest = JSON.parse(await readFile(join(root, 'chain', method, 'manifest.json'), 'utf8')) as BundleManifest;
    return manifest.networks.map(({ stages }) => stages.map(({ previousLogits }) => previousLogits !== null));
  };
  expect(await cascades('ztw')).toEqual([
    [false, false],
    [true, false],
  ]);
  expect(await cascades('sdn')).toEqual([
    [false, false],
    [false, false],
  ]);
});

test('both runtimes and both single files answer the same, rows leaving on both sides of the border', async () => {
  const onnx = await loadBundle({ ort, bundle });
  const tensorflow = await loadOnTensorflow({ tf, bundle });
  const logits = await runAllExits(onnx.model, input);
  const onTensorflow = await runAllExits(tensorflow.model, input);
  logits.forEach((ofExit, exit) => {
    ofExit.forEach((logit, index) => {
      expect(Math.abs(logit - onTensorflow[exit]![index]!)).toBeLessThan(1e-4 * (1 + Math.abs(logit)));
    });
  });

  const { ensemble } = onnx;
  const sure = await classify(onnx.model, input, { ensemble, policy: confidenceThreshold(0) });
  const confidences = sure.results.map(({ probabilities }) => Math.max(...probabilities)).sort();
  // A third leaves at the first exit. No row is as sure as the threshold: there the runtimes' last digits would decide.
  const threshold = (confidences[8]! + confidences[9]!) / 2;
  const policy = confidenceThreshold(threshold);
  const { results } = await classify(onnx.model, input, { ensemble, policy });
  expect(new Set(results.map(({ exitIndex }) => exitIndex)).size).toBeGreaterThan(1);
  const live = await classify(tensorflow.model, input, { ensemble: tensorflow.ensemble, policy });
  expect(live.results.map(({ exitIndex }) => exitIndex)).toEqual(results.map(({ exitIndex }) => exitIndex));

  const opened = await openBundle(bundle);
  for (const [kind, batchSize] of [
    ['batch-if', rows],
    ['nested-if', 1],
  ] as const) {
    await using executor = await createExecutor({ ort, bundle: opened, kind, batchSize, exportBundle });
    const single = await executor.classify(input, { threshold });
    single.results.forEach(({ exitIndex, probabilities }, row) => {
      expect(exitIndex).toBe(results[row]!.exitIndex);
      probabilities.forEach((probability, label) => {
        expect(probability).toBeCloseTo(results[row]!.probabilities[label]!, 5);
      });
    });
  }
  await onnx[Symbol.asyncDispose]();
  await tensorflow[Symbol.asyncDispose]();
});

test('the answers of a network without cuts are recycled too', async () => {
  const out = join(root, 'half');
  const args = ['train', network, network, '--data', data, '--cuts', 'none;1', '--head', 'pooled', '--epochs', '1'];
  const run = await runInProcess([...args, '--augment', 'flip', '--methods', 'ztw', '--allow-mismatch', '--out', out]);
  expect(run.code, run.stderr).toBe(0);
  const manifest = JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8')) as BundleManifest;
  expect(manifest.networks[1]?.stages[0]?.previousLogits).not.toBeNull();
  const again = await runInProcess(['eval', out, '--data', data, '--out', join(root, 'report')]);
  expect(again.code, again.stderr).toBe(0);
});

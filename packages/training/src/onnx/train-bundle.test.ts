// From a network and rows to a bundle in one call: the same bytes for the same seed, after an interruption too.

import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { type Bundle, openBundle } from '@ztw/bundle';
import { AbortedError, InvalidDataError, InvalidInputError, memoryBlobStore } from '@ztw/core';
import { onnxBackend } from '@ztw/runtime-onnx';
import { layersModelProgram, tensorflowKernels } from '@ztw/runtime-tfjs';
import * as ort from 'onnxruntime-web';
import { beforeAll, describe, expect, test } from 'vitest';
import { stripedImages } from '../../../runtime-tfjs/src/__fixtures__/striped-images.ts';
import { trainingStorage } from '../storage/training-storage.ts';
import type { BundleEvent } from './bundle-event.ts';
import { type TrainBundleOptions, type TrainedBundle, trainBundle } from './train-bundle.ts';

/** `[12, 12, 3]` -> 4 classes. */
function threeBlocks(): layers.LayersModel {
  const model = layers.sequential({ name: 'small' });
  model.add(layers.layers.inputLayer({ inputShape: [12, 12, 3] }));
  for (const [index, filters] of [6, 8, 12].entries()) {
    const kernelInitializer = layers.initializers.heNormal({ seed: index });
    model.add(
      layers.layers.conv2d({
        filters,
        kernelSize: 3,
        strides: 2,
        padding: 'same',
        activation: 'relu',
        kernelInitializer,
      }),
    );
  }
  model.add(layers.layers.globalAveragePooling2d({}));
  model.add(layers.layers.dense({ units: 4, kernelInitializer: layers.initializers.heNormal({ seed: 9 }) }));
  return model;
}

let options: TrainBundleOptions;
let made: TrainedBundle;

beforeAll(async () => {
  await tf.setBackend('wasm');
  const program = await layersModelProgram(threeBlocks());
  options = {
    onnx: onnxBackend({ ort }),
    kernels: tensorflowKernels(tf),
    networks: [{ ...program, cuts: { kind: 'count', count: 2 } }],
    data: stripedImages(120, 12, 1),
    recipe: { epochs: 2, batchSize: 16, seed: 3 },
  };
  made = await trainBundle(options);
});

const opened = ({ files }: TrainedBundle): Promise<Bundle> =>
  openBundle(async (path) => files.get(path) ?? Promise.reject(new Error(`no ${path}`)));

test('a bundle that says what was made', async () => {
  const { manifest } = await opened(made);
  expect(manifest).toMatchObject({ method: 'ztw', classes: 4, provenance: { measuredAgainst: 'labels' } });
  expect(manifest.networks[0]?.stages.map(({ program }) => program !== undefined)).toEqual([true, true, true]);
  expect(made.report.exits).toHaveLength(3);
  expect([...made.files.keys()].at(-1)).toBe('manifest.json');
});

test('tells where it is', async () => {
  const events: BundleEvent[] = [];
  await trainBundle({ ...options, onEvent: (event) => events.push(event) });
  const fractions = events.flatMap((event) => (event.kind === 'training' ? [event.progress.fraction] : []));
  expect(fractions).toEqual(fractions.toSorted((left, right) => left - right));
  expect(fractions.at(-1)).toBeGreaterThan(0.9);
});

test('default heads cost little, and budgets that no exit keeps are named', async () => {
  const events: BundleEvent[] = [];
  const { report } = await trainBundle({ ...options, onEvent: (event) => events.push(event) });
  const [planned] = events;
  if (planned?.kind !== 'heads-planned') throw new Error('the first event should be about heads');
  expect(planned.heads.heads.some(({ insteadOf }) => insteadOf !== null)).toBe(true);
  expect(report.exits.at(-1)!.share).toBeCloseTo(1 + planned.heads.total.macsShare, 9);
  expect(report.exits.at(-1)!.share).toBeLessThanOrEqual(1.1);
  expect(report.exits[0]!.share).toBeGreaterThan(0.25);
  expect(report.unreachable.budgets).toContain(0.25);
});

test('the same bytes for the same seed, after an interruption too', async () => {
  const storage = trainingStorage({ checkpoints: memoryBlobStore() });
  const aborting = new AbortController();
  const onEvent = (event: BundleEvent): void => {
    if (event.kind === 'training' && event.progress.kind === 'cut-done') aborting.abort();
  };
  await expect(trainBundle({ ...options, storage, onEvent, signal: aborting.signal })).rejects.toThrow(AbortedError);
  const kinds: string[] = [];
  const again = await trainBundle({
    ...options,
    storage,
    onEvent: (event) => kinds.push(event.kind === 'training' ? event.progress.kind : event.kind),
  });
  expect(kinds).toContain('resumed');
  expect(again.files).toEqual(made.files);
});

test('a chain of a network without cuts and one with', async () => {
  const [network] = options.networks;
  const chained = await trainBundle({ ...options, networks: [{ ...network!, cuts: { kind: 'none' } }, network!] });
  expect((await opened(chained)).manifest.networks.map(({ stages }) => stages.length)).toEqual([1, 3]);
});

test('exits that do not pay are dropped', async () => {
  const events: BundleEvent[] = [];
  const pruned = await trainBundle({
    ...options,
    pruning: { unit: 'macs', tolerance: 0, alternatives: [] },
    onEvent: (event) => events.push(event),
  });
  const { kept, dropped } = pruned.report.pruning!;
  expect(kept.length + dropped.length).toBe(3);
  expect(events.some(({ kind }) => kind === 'exits-dropped')).toBe(dropped.length > 0);
  expect(pruned.report.exits.map(({ name }) => name)).toEqual(kept);
});

describe('says what is wrong', () => {
  test.each<[string, Partial<TrainBundleOptions>, RegExp, typeof InvalidDataError | typeof InvalidInputError]>([
    ['no network', { networks: [] }, /Expected at least one network; received none/, InvalidInputError],
    [
      'rows of another size',
      { data: { rows: new Float32Array(10), labels: new Int32Array(2) } },
      /2 training rows of \[3, 12, 12\]/,
      InvalidDataError,
    ],
    [
      'nothing held out',
      { calibration: 0 },
      /at least one training row and one held-out row; received \d+ and 0 of/,
      InvalidInputError,
    ],
  ])('%s', async (_name, wrong, message, errorClass) => {
    const training = trainBundle({ ...options, ...wrong });
    await expect(training).rejects.toThrow(errorClass);
    await expect(training).rejects.toThrow(message);
  });

  test('a network without a cut, alone', async () => {
    const networks = options.networks.map((network) => ({ ...network, cuts: { kind: 'none' as const } }));
    await expect(trainBundle({ ...options, networks })).rejects.toThrow(/has no early exit/);
  });
});

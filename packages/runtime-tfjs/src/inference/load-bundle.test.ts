import { memory } from '@tensorflow/tfjs-core';
import { type BundleNetwork, type BundleReader, bundleFiles, openBundle } from '@ztw/bundle';
import { classify, confidenceThreshold, InvalidBundleError, InvalidInputError, UnsupportedModelError } from '@ztw/core';
import { denseInput, type HeldFeatures } from '@ztw/core/runtime';
import { loadBundle as loadOnnxBundle } from '@ztw/runtime-onnx';
import { describe, expect, test } from 'vitest';
import { readFrom, tinyBundle, tinyNetwork, tinyRows } from '../../../runtime-onnx/test/support/tiny-network.ts';
import { tensorflowOn } from '../__fixtures__/backends.ts';
import { ort, tinyProgramNetwork } from '../__fixtures__/program-networks.ts';
import { loadBundle, loadStagedModel } from './load-bundle.ts';
import { loadNetwork } from './load-network.ts';

const tiny = tinyProgramNetwork();

/** A bundle of the tiny network with programs, once or as a chain with itself. */
async function bundleWithPrograms(
  networks: 1 | 2,
  change: (network: BundleNetwork, files: Map<string, Uint8Array>) => BundleNetwork = (network) => network,
): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const { model, program } of tiny.network.stages) {
    for (const path of [model!, program!.steps, program!.weights!]) files.set(path, await tiny.readFile(path));
  }
  const network = change(tiny.network, files);
  return bundleFiles({
    manifest: {
      method: 'ztw',
      classes: tiny.classes,
      labels: ['ant', 'bee', 'cow'],
      inputShape: denseInput(tiny).rowShape,
      preprocessing: null,
      networks: Array.from({ length: networks }, () => network),
      ensemble: null,
      operatingPoints: [{ budget: 0.5, policy: { kind: 'confidence', limit: 0.6 }, accuracy: 0.9, cost: 0.4 }],
      provenance: {},
    },
    files,
    heads: Array.from({ length: networks }, () => tinyNetwork().heads),
  });
}

const reader = (files: Map<string, Uint8Array>): BundleReader => readFrom(files);

describe('loadBundle', () => {
  test.each([1, 2] as const)('answers as ONNX Runtime does, with %i network(s)', async (networks) => {
    const bundle = reader(await bundleWithPrograms(networks));
    const tf = await tensorflowOn('cpu');
    const before = memory().numTensors;
    const onTf = await loadBundle({ tf, bundle });
    const onOnnx = await loadOnnxBundle({ ort, bundle });
    const input = { data: tinyRows(20), rows: 20 };
    const policy = confidenceThreshold(0.7);
    const actual = await classify(onTf.model, input, { ensemble: onTf.ensemble, policy });
    const expected = await classify(onOnnx.model, input, { ensemble: onOnnx.ensemble, policy });
    expect(actual.results.map(({ exitIndex }) => exitIndex)).toEqual(
      expected.results.map(({ exitIndex }) => exitIndex),
    );
    expect(actual.results.map(({ label }) => label)).toEqual(expected.results.map(({ label }) => label));
    expect(new Set(actual.results.map(({ exitIndex }) => exitIndex)).size).toBeGreaterThan(1);
    expect(onTf.policyFor(0.5)).toBeDefined();
    expect(() => onTf.policyFor(0.1)).toThrow(InvalidInputError);
    await onTf[Symbol.asyncDispose]();
    await onOnnx[Symbol.asyncDispose]();
    expect(memory().numTensors).toBe(before);
  });

  test('says that a bundle has no programs', async () => {
    const loading = loadBundle({ tf: await tensorflowOn('cpu'), bundle: reader(await tinyBundle(1)) });
    await expect(loading).rejects.toThrow(UnsupportedModelError);
    await expect(loading).rejects.toThrow(/Expected a program of stage 0 \("hidden_0"\) of "tiny"/);
  });

  test('refuses a damaged program and one of another stage, and leaves nothing in memory', async () => {
    const tf = await tensorflowOn('cpu');
    const before = memory().numTensors;
    const files = await bundleWithPrograms(1);
    const path = tiny.network.stages[2]!.program!.weights!;
    files.set(
      path,
      files.get(path)!.map((byte) => byte ^ 1),
    );
    await expect(loadBundle({ tf, bundle: reader(files) })).rejects.toThrow(InvalidBundleError);

    const [first, second, third] = tiny.network.stages;
    const swapped = await bundleWithPrograms(1, (network) => ({
      ...network,
      stages: [first!, { ...second!, program: third!.program! }, third!],
    }));
    await expect(loadBundle({ tf, bundle: reader(swapped) })).rejects.toThrow(/received a program with other tensors/);
    expect(memory().numTensors).toBe(before);
  });

  test('refuses a network that the bundle does not hold', async () => {
    const bundle = await openBundle(reader(await bundleWithPrograms(1)));
    const tf = await tensorflowOn('cpu');
    await expect(loadStagedModel({ tf, bundle, network: 1 })).rejects.toThrow(
      /Expected a network from 0 to 0; received 1/,
    );
  });
});

describe('the staged model', () => {
  test('frees its features when a call is refused', async () => {
    const tf = await tensorflowOn('cpu');
    const model = await loadNetwork({ tf, ...tiny });
    const loaded = memory().numTensors;
    const load = () => model.load({ data: tinyRows(2), rows: 2 });
    await expect(model.runStage(1, await load(), new Float32Array(6))).rejects.toThrow(/Expected stage 0/);
    await expect(model.keepRows(await load(), Int32Array.of(1, 0))).rejects.toThrow(InvalidInputError);
    const { features } = await model.runStage(0, await load(), null);
    await expect(model.runStage(1, features!, new Float32Array(5))).rejects.toThrow(/previous_logits\), 2 x 3 values/);
    await expect(
      model.concatRows!([await load(), (await model.runStage(0, await load(), null)).features!]),
    ).rejects.toThrow(/enter the same stage/);
    expect(memory().numTensors).toBe(loaded);
    await model[Symbol.asyncDispose]();
  });

  test('survives a scope of the caller around its calls', async () => {
    const tf = await tensorflowOn('wasm');
    const model = await loadNetwork({ tf, ...tiny });
    const input = { data: tinyRows(4), rows: 4 };
    const plain = await model.runStage(0, await model.load(input), null);
    const loading: Promise<HeldFeatures>[] = [];
    tf.tidy(() => {
      loading.push(model.load(input));
    });
    const scoped = await model.runStage(0, await loading[0]!, null);
    expect(scoped.logits).toEqual(plain.logits);
    model.release(plain.features!);
    model.release(scoped.features!);
    await model[Symbol.asyncDispose]();
  });
});

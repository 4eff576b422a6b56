import { openBundle } from '@ztw/bundle';
import { classify, InvalidBundleError, InvalidInputError, InvalidModelError, never, runAllExits } from '@ztw/core';
import { equalWeights } from '@ztw/ensemble';
import { Tensor } from 'onnxruntime-common';
import { describe, expect, test } from 'vitest';
import { fakeModel, fakeRuntime } from '../../test/support/fake-runtime.ts';
import { runtimes } from '../../test/support/runtimes.ts';
import {
  readFrom,
  tinyBundle,
  tinyClasses,
  tinyInputShape,
  tinyNetwork,
  tinyRows,
} from '../../test/support/tiny-network.ts';
import { wholeModel } from '../whole/whole-model.ts';
import { loadBundle, loadStagedModel } from './load-bundle.ts';

describe.each(runtimes)('$name', ({ ort }) => {
  test('three lines from a bundle to an answer', async () => {
    const files = await tinyBundle(1, {
      ensemble: equalWeights('geometric', 3, tinyClasses),
      operatingPoints: [{ budget: 0.5, policy: { kind: 'confidence', limit: 0.7 }, accuracy: 0.9, cost: 0.5 }],
    });
    const { model, ensemble, policyFor } = await loadBundle({ ort, bundle: readFrom(files) });
    const { results } = await classify(model, { data: tinyRows(6), rows: 6 }, { ensemble, policy: policyFor(0.5) });
    expect(results).toHaveLength(6);
    expect(results.every(({ label }) => ['ant', 'bee', 'cow'].includes(label ?? ''))).toBe(true);
    expect(new Set(results.map(({ exitIndex }) => exitIndex)).size).toBeGreaterThan(1);
    await model[Symbol.asyncDispose]();
  });

  test('several networks become a chain', async () => {
    const bundle = await openBundle(readFrom(await tinyBundle(2)));
    const loaded = await loadBundle({ ort, bundle });
    expect(loaded.model.stages.map(({ network }) => network)).toEqual([0, 0, 0, 1, 1, 1]);
    const input = { data: tinyRows(4), rows: 4 };
    const logits = await runAllExits(loaded.model, input);
    const whole = await wholeModel({
      ort,
      bytes: tinyNetwork().whole,
      inputShape: tinyInputShape,
      classes: tinyClasses,
    });
    // Both networks are the same, so both end in the same logits.
    expect(logits[2]).toEqual(await whole.runWhole(input));
    expect(logits[5]).toEqual(logits[2]);
    await whole[Symbol.asyncDispose]();
    await loaded[Symbol.asyncDispose]();
    await loaded[Symbol.asyncDispose]();
  });

  test('without an ensemble each exit answers alone', async () => {
    const loaded = await loadBundle({ ort, bundle: readFrom(await tinyBundle(1)) });
    expect(loaded.manifest.ensemble).toBeNull();
    const input = { data: tinyRows(2), rows: 2 };
    const [logits] = (await runAllExits(loaded.model, input)).slice(-1);
    const { results } = await classify(loaded.model, input, { ensemble: loaded.ensemble, policy: never() });
    const row = Array.from(logits!.subarray(0, tinyClasses), Math.exp);
    const sum = row.reduce((total, value) => total + value, 0);
    row.forEach((value, label) => {
      expect(results[0]!.probabilities[label]).toBeCloseTo(value / sum, 6);
    });
    await loaded[Symbol.asyncDispose]();
  });
});

describe('refuses', () => {
  const { ort } = runtimes[0]!;

  test('a changed stage model', async () => {
    const files = await tinyBundle(1);
    const changed = files.get('stages/1.onnx')!.slice();
    changed[40]! ^= 1;
    files.set('stages/1.onnx', changed);
    const loading = loadBundle({ ort, bundle: readFrom(files) });
    await expect(loading).rejects.toThrow(InvalidBundleError);
    await expect(loading).rejects.toThrow(/stages\/1\.onnx/);
  });

  test('a missing manifest', async () => {
    await expect(loadBundle({ ort, bundle: readFrom(new Map()) })).rejects.toThrow(InvalidBundleError);
  });

  test('a network that the bundle does not hold', async () => {
    const bundle = await openBundle(readFrom(await tinyBundle(1)));
    await expect(loadStagedModel({ ort, bundle, network: 1 })).rejects.toThrow(InvalidInputError);
  });

  test('a model that does not fit its description', async () => {
    const { network, files } = tinyNetwork();
    const bundle = {
      ...(await openBundle(readFrom(await tinyBundle(1)))),
      file: readFrom(new Map([...files, ['stages/2.onnx', files.get('stages/0.onnx')!]])),
    };
    expect(network.stages).toHaveLength(3);
    await expect(loadBundle({ ort, bundle })).rejects.toThrow(InvalidModelError);
  });
});

test('when the second network cannot be loaded, nothing stays open', async () => {
  const { network } = tinyNetwork();
  const bundle = await openBundle(readFrom(await tinyBundle(2)));
  let reads = 0;
  const file = async (path: string) => {
    reads += 1;
    return fakeModel(reads > network.stages.length + 1 ? 'broken' : path);
  };
  const fake = (inputNames: readonly string[], outputNames: readonly string[]) => ({
    inputNames,
    outputNames,
    run: () => ({ logits: new Tensor('float32', new Float32Array(3), [1, 3]) }),
  });
  const { ort, log } = fakeRuntime({
    'stages/0.onnx': fake(['input'], ['next_0', 'logits']),
    'stages/1.onnx': fake(['features_0', 'previous_logits'], ['next_0', 'next_1', 'logits']),
    'stages/2.onnx': fake(['features_0', 'features_1'], ['logits']),
  });
  await expect(loadBundle({ ort, bundle: { ...bundle, file } })).rejects.toThrow(/stage 1/);
  const count = (kind: string) => log.filter((entry) => entry.startsWith(kind)).length;
  expect(count('open')).toBe(network.stages.length + 1);
  expect(count('release')).toBe(count('open'));
});

import { openBundle } from '@ztw/bundle';
import {
  AbortedError,
  anyOf,
  classify,
  confidenceThreshold,
  DisposedError,
  type ExitPolicy,
  entropyThreshold,
  InvalidInputError,
  never,
  patience,
  policyKinds,
  type RowResult,
  RuntimeFailureError,
  UnsupportedModelError,
  UnsupportedPolicyError,
} from '@ztw/core';
import { policyOfKind } from '@ztw/core/runtime';
import { equalWeights } from '@ztw/ensemble';
import { exportBundle, optimiseBundle } from '@ztw/onnx-graph';
import { describe, expect, test } from 'vitest';
import { runtimes } from '../../test/support/runtimes.ts';
import { readFrom, tinyBundle, tinyClasses, tinyRows } from '../../test/support/tiny-network.ts';
import { tokenBundle, tokenInputs, tokenRowsOf } from '../../test/support/token-network.ts';
import { loadBundle } from '../bundle/load-bundle.ts';
import { graphOptimiser } from '../node/index.ts';
import { createExecutor } from './create-executor.ts';

const kinds = ['staged', 'nested-if', 'batch-if'] as const;
const [runtime] = runtimes;
const { ort } = runtime!;
const rows = 21;
const data = tinyRows(rows);

const bundleOf = async (networks: 1 | 2, kind: 'geometric' | 'arithmetic' | null = 'geometric') =>
  readFrom(await tinyBundle(networks, { ensemble: kind && equalWeights(kind, 3 * networks, tinyClasses) }));

/** Everything but the probabilities, which are compared with a tolerance. */
const facts = (results: readonly RowResult[]) =>
  results.map(({ probabilities, ...rest }) => ({ ...rest, probabilities: probabilities.length }));

describe.each(runtimes)('$name', ({ ort: injected }) => {
  test.each([
    [1, 'geometric', 0.5],
    [1, 'arithmetic', [0.4, 0.6]],
    [1, null, [0.6, 0.5, 0]],
    [2, 'geometric', 0.55],
    [2, null, [0.7, 0.4, 0.6, 0.9, 0.5]],
  ] as const)('%s network(s), ensemble %s, threshold %j: all executors answer alike', async (networks, kind, limit) => {
    const bundle = await bundleOf(networks, kind);
    const threshold = limit;
    await using staged = await createExecutor({ ort: injected, bundle, kind: 'staged', exportBundle, batchSize: 8 });
    const expected = await staged.classify({ data, rows }, { threshold });
    expect(expected.summary.exitHistogram.filter((count) => count > 0).length).toBeGreaterThan(1);
    for (const single of ['nested-if', 'batch-if'] as const) {
      await using executor = await createExecutor({ ort: injected, bundle, kind: single, exportBundle, batchSize: 8 });
      expect(executor.kind).toBe(single);
      const { results, summary } = await executor.classify({ data, rows }, { threshold });
      expect(facts(results)).toEqual(facts(expected.results));
      expect(summary).toEqual(expected.summary);
      for (const [row, { probabilities }] of results.entries()) {
        // Sums of a few float32 values in another order.
        probabilities.forEach((value, label) => {
          expect(Math.abs(value - expected.results[row]!.probabilities[label]!)).toBeLessThan(1e-6);
        });
      }
    }
  });

  test.each([
    ['entropy', 1, 1.05],
    ['entropy', 2, [0.9, 1.09, 0.8, 1.05, 1.08]],
    ['margin', 1, 0.1],
    ['margin', 2, [0.3, 0.05, 0.2, 0.1, 0.4]],
  ] as const)(
    'policies of the kind %s, %s network(s), limit %j: all executors answer alike',
    async (name, networks, limit) => {
      const bundle = await bundleOf(networks);
      const policyKind = policyKinds[name];
      const policy = policyOfKind(policyKind, limit);
      const options = { ort: injected, bundle, exportBundle, batchSize: 8, policyKind };
      await using staged = await createExecutor({ ...options, kind: 'staged' });
      const expected = await staged.classify({ data, rows }, { policy });
      expect(expected.summary.exitHistogram.filter((count) => count > 0).length).toBeGreaterThan(1);
      for (const kind of ['nested-if', 'batch-if'] as const) {
        await using executor = await createExecutor({ ...options, kind });
        const { results, summary } = await executor.classify({ data, rows }, { policy });
        expect(facts(results)).toEqual(facts(expected.results));
        expect(summary).toEqual(expected.summary);
        const strictest = policyOfKind(policyKind, name === 'entropy' ? 0 : 1);
        const last = await executor.classify({ data, rows }, { policy: strictest });
        expect(last.summary.exitHistogram.at(-1)).toBe(rows);
      }
    },
  );

  test.each(kinds)('%s: all rows at the first exit, or none before the last', async (kind) => {
    await using executor = await createExecutor({ ort: injected, bundle: await bundleOf(2), kind, exportBundle });
    const first = await executor.classify({ data, rows }, { threshold: 0 });
    expect(first.summary.exitHistogram).toEqual([rows, 0, 0, 0, 0, 0]);
    const last = await executor.classify({ data, rows }, { threshold: 1 });
    expect(last.summary.exitHistogram).toEqual([0, 0, 0, 0, 0, rows]);
  });
});

describe('optimised as one graph by the native runtime', async () => {
  const native = runtimes.find(({ name }) => name.includes('node'));
  const optimise = graphOptimiser(native!.ort);

  test.each([
    ['nested-if', 'geometric'],
    ['batch-if', 'geometric'],
    ['batch-if', 'arithmetic'],
    ['nested-if', null],
    ['staged', 'geometric'],
  ] as const)('%s, ensemble %s: answers as the stages do', async (kind, ensemble) => {
    const options = { ort: native!.ort, bundle: await bundleOf(1, ensemble), exportBundle, batchSize: 8 };
    let optimised = 0;
    const counted = (model: Uint8Array) => {
      optimised += 1;
      return optimise(model);
    };
    await using staged = await createExecutor({ ...options, kind: 'staged' });
    await using executor = await createExecutor({ ...options, kind, optimise: counted, optimiseBundle });
    expect(optimised).toBe(1);
    for (const threshold of [0, 0.5, 1]) {
      const expected = await staged.classify({ data, rows }, { threshold });
      const { results } = await executor.classify({ data, rows }, { threshold });
      expect(facts(results)).toEqual(facts(expected.results));
      results.forEach(({ probabilities }, row) => {
        const other = expected.results[row]!.probabilities;
        for (const [label, value] of probabilities.entries())
          expect(Math.abs(value - other[label]!)).toBeLessThan(1e-6);
      });
    }
  });

  test('the file differs from the portable one, and that of a chain does not', async () => {
    const one = await openBundle(await bundleOf(1));
    const plain = await exportBundle(one, { form: 'batch-if' });
    expect(Buffer.compare(plain, await exportBundle(one, { form: 'batch-if', optimise }))).not.toBe(0);
    const two = await openBundle(await bundleOf(2));
    const chain = await exportBundle(two, { form: 'batch-if' });
    expect(Buffer.compare(chain, await exportBundle(two, { form: 'batch-if', optimise }))).toBe(0);
  });

  test('stages of a chain stay as they are, and so do stages whose tensors are not rows after optimisation', async () => {
    const two = await openBundle(await bundleOf(2));
    expect(await optimiseBundle(two, optimise)).toBe(two);
    const one = await openBundle(await bundleOf(1));
    const optimised = await optimiseBundle(one, optimise);
    expect(optimised.manifest.networks[0]!.stages[0]!.model).not.toBe(one.manifest.networks[0]!.stages[0]!.model);
    const [first, ...later] = optimised.manifest.networks[0]!.stages;
    const outputs = first!.outputs.map((port) => ({ ...port, rowShape: [...port.rowShape, 2] }));
    const networks = [{ ...optimised.manifest.networks[0]!, stages: [{ ...first!, outputs }, ...later] }];
    const wrong = { ...optimised, manifest: { ...optimised.manifest, networks } };
    const options = { ort: native!.ort, bundle: one, kind: 'staged', optimise, exportBundle } as const;
    await using plain = await createExecutor(options);
    await using executor = await createExecutor({ ...options, optimiseBundle: async () => wrong });
    const expected = await plain.classify({ data, rows }, { threshold: 0.5 });
    expect(await executor.classify({ data, rows }, { threshold: 0.5 })).toEqual(expected);
  });

  test('a runtime that cannot write its graph says so', async () => {
    const web = runtimes.find(({ name }) => !name.includes('node'));
    const one = await openBundle(await bundleOf(1));
    const asked = exportBundle(one, { form: 'batch-if', optimise: graphOptimiser(web!.ort) });
    await expect(asked).rejects.toThrow(RuntimeFailureError);
  });
});

describe('auto', () => {
  const auto = async (options: { batchSize?: number; networks?: 1 | 2 }) => {
    const bundle = await bundleOf(options.networks ?? 1);
    await using executor = await createExecutor({ ort, bundle, exportBundle, batchSize: options.batchSize ?? 256 });
    return executor.kind;
  };

  test('one row at a time: nested-if; several: batch-if', async () => {
    expect(await auto({ batchSize: 1 })).toBe('nested-if');
    expect(await auto({ batchSize: 2 })).toBe('batch-if');
    expect(await auto({ networks: 2 })).toBe('batch-if');
  });

  test('staged without the exporter, and where one file cannot hold the bundle', async () => {
    const bundle = await bundleOf(1);
    await using plain = await createExecutor({ ort, bundle });
    expect(plain.kind).toBe('staged');
    const refuse = () => Promise.reject(new UnsupportedModelError('a fixed batch'));
    await using refused = await createExecutor({ ort, bundle, exportBundle: refuse });
    expect(refused.kind).toBe('staged');
    await expect(createExecutor({ ort, bundle, kind: 'batch-if', exportBundle: refuse })).rejects.toThrow('a fixed');
  });

  test('a damaged bundle is an error, not a reason for another executor', async () => {
    const broken = () => Promise.reject(new RuntimeFailureError('no memory'));
    await expect(createExecutor({ ort, bundle: await bundleOf(1), exportBundle: broken })).rejects.toThrow('no memory');
  });
});

describe('policies', () => {
  const options = async (kind: 'auto' | (typeof kinds)[number]) => ({
    ort,
    bundle: await bundleOf(1),
    kind,
    exportBundle,
  });

  test('of any kind run stage by stage', async () => {
    await using executor = await createExecutor(await options('staged'));
    const policy = anyOf(patience(1), confidenceThreshold(0.9, { comparison: '>=' }));
    const { summary } = await executor.classify({ data, rows }, { policy });
    await using loaded = await loadBundle({ ort, bundle: await bundleOf(1) });
    const expected = await classify(loaded.model, { data, rows }, { policy, ensemble: loaded.ensemble });
    expect(summary).toEqual(expected.summary);
  });

  test('that look at several exits make auto take stages, and a single file is refused by name', async () => {
    const policyKind = policyKinds.patience;
    await using executor = await createExecutor({ ...(await options('auto')), policyKind });
    expect(executor.kind).toBe('staged');
    for (const kind of ['nested-if', 'batch-if'] as const) {
      const asked = createExecutor({ ...(await options(kind)), policyKind });
      await expect(asked).rejects.toThrow(UnsupportedPolicyError);
      await expect(createExecutor({ ...(await options(kind)), policyKind })).rejects.toThrow(/patience.*'staged'/);
    }
  });

  test.each([
    [entropyThreshold(0.3)],
    [patience(1)],
    [anyOf(confidenceThreshold(0.9))],
    [confidenceThreshold(0.9, { comparison: '>=' })],
    [{ ...confidenceThreshold(0.9), specification: undefined } as unknown as ExitPolicy],
  ])('other than a file decides by are refused by name: %#', async (policy) => {
    await using executor = await createExecutor(await options('batch-if'));
    const asked = executor.classify({ data, rows }, { policy });
    await expect(asked).rejects.toThrow(UnsupportedPolicyError);
    await expect(executor.classify({ data, rows }, { policy })).rejects.toThrow(policy.name);
  });

  test('are limits of the kind that the bundle was calibrated with, by default', async () => {
    const files = await tinyBundle(1, {
      operatingPoints: [{ budget: 1, policy: { kind: 'margin', limit: 0.5 }, accuracy: 1, cost: 1 }],
    });
    const bundle = await openBundle(readFrom(files));
    const margin = await exportBundle(bundle, { form: 'batch-if' });
    expect(Buffer.compare(margin, await exportBundle(bundle, { form: 'batch-if', policy: policyKinds.margin }))).toBe(
      0,
    );
    const confidence = await exportBundle(bundle, { form: 'batch-if', policy: policyKinds.confidence });
    expect(Buffer.compare(margin, confidence)).not.toBe(0);
    await using loaded = await loadBundle({ ort, bundle });
    expect(loaded.policyFor(1).name).toBe('marginThreshold(0.5)');
    await using executor = await createExecutor({ ort, bundle, exportBundle });
    expect(executor.kind).toBe('batch-if');
    const options = { policy: loaded.policyFor(1), ensemble: loaded.ensemble };
    const expected = await classify(loaded.model, { data, rows }, options);
    expect((await executor.classify({ data, rows }, options)).summary).toEqual(expected.summary);
  });
});

test('a bundle’s model describes itself as its single file does', async () => {
  const bundle = await openBundle(await bundleOf(2));
  await using loaded = await loadBundle({ ort, bundle });
  await using executor = await createExecutor({ ort, bundle, kind: 'batch-if', exportBundle });
  const { classes, labels, backboneMacs, stages } = loaded.model;
  expect(executor.network).toEqual({ classes, labels, backboneMacs, stages });
  const { ensemble } = loaded;
  const alone = await classify(loaded.model, { data, rows }, { policy: never(), ensemble });
  const { summary } = await executor.classify({ data, rows }, { threshold: 1 });
  expect(summary).toEqual(alone.summary);
});

describe.each(kinds)('%s', (kind) => {
  const open = async () => createExecutor({ ort, bundle: await bundleOf(1), kind, exportBundle, batchSize: 4 });

  test('no rows give no results', async () => {
    await using executor = await open();
    const none = await executor.classify({ data: new Float32Array(), rows: 0 }, { threshold: 0.5 });
    expect(none.results).toEqual([]);
    expect(none.summary.rows).toBe(0);
  });

  test('refuses inputs and thresholds that do not fit', async () => {
    await using executor = await open();
    const classified = (values: Float32Array, count: number, threshold: number | readonly number[] = 0.5) =>
      executor.classify({ data: values, rows: count }, { threshold });
    await expect(classified(new Float32Array(3), 2)).rejects.toThrow(InvalidInputError);
    await expect(classified(Float32Array.of(1, Number.NaN), 1)).rejects.toThrow(/row 0 holds NaN/);
    await expect(classified(data, rows, 1.5)).rejects.toThrow(/from 0 to 1; received 1.5/);
    await expect(classified(data, rows, [0.5, 0.5, 0.5, 0.5])).rejects.toThrow(/received 4/);
    await expect(classified(data, rows, [])).rejects.toThrow(InvalidInputError);
  });

  test('stops at its signal, and refuses work after its disposal', async () => {
    const executor = await open();
    const input = { data, rows };
    const signal = AbortSignal.abort();
    await expect(executor.classify(input, { threshold: 0.5, signal })).rejects.toThrow(AbortedError);
    await executor[Symbol.asyncDispose]();
    await executor[Symbol.asyncDispose]();
    await expect(executor.classify(input, { threshold: 0.5 })).rejects.toThrow(DisposedError);
  });
});

test.each([0, 1.5, Number.NaN])('refuses a batch size of %s', async (batchSize) => {
  await expect(createExecutor({ ort, bundle: await bundleOf(1), batchSize })).rejects.toThrow(/whole number from 1/);
});

test('a single file needs the exporter', async () => {
  const asked = createExecutor({ ort, bundle: await bundleOf(1), kind: 'nested-if' });
  await expect(asked).rejects.toThrow(/Pass exportBundle of @ztw\/onnx-graph/);
});

test('a network with several inputs runs in stages, and no single file holds it', async () => {
  const bundle = readFrom(await tokenBundle());
  await expect(createExecutor({ ort, bundle, kind: 'batch-if', exportBundle })).rejects.toThrow(UnsupportedModelError);
  await using executor = await createExecutor({ ort, bundle, exportBundle });
  expect(executor.kind).toBe('staged');
  expect(executor.inputs).toEqual(tokenInputs);
  const { results } = await executor.classify(tokenRowsOf(6, 4), { threshold: 0.6 });
  expect(results).toHaveLength(6);
});

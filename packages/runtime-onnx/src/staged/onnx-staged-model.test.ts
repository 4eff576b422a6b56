import { DisposedError, InvalidInputError, InvalidModelError, RuntimeFailureError } from '@ztw/core';
import { denseInputs } from '@ztw/core/runtime';
import { Tensor } from 'onnxruntime-common';
import { describe, expect, test } from 'vitest';
import { fakeModel, fakeRuntime } from '../../test/support/fake-runtime.ts';
import { runtimes } from '../../test/support/runtimes.ts';
import { readFrom, tinyClasses, tinyInputShape, tinyNetwork, tinyRows } from '../../test/support/tiny-network.ts';
import { wholeModel } from '../whole/whole-model.ts';
import { type LoadNetworkOptions, loadNetwork } from './load-network.ts';

const shape = { inputShape: tinyInputShape, classes: tinyClasses };
const facts = { inputs: denseInputs(tinyInputShape), classes: tinyClasses };

/** Logits of every stage when all rows go on to the end. */
async function runAll(model: Awaited<ReturnType<typeof loadNetwork>>, data: Float32Array, rows: number) {
  let features = await model.load({ data, rows });
  let previous: Float32Array | null = null;
  const logits: Float32Array[] = [];
  for (const [index, stage] of model.stages.entries()) {
    const output = await model.runStage(index, features, stage.usesPreviousLogits ? previous : null);
    logits.push(output.logits);
    previous = output.logits;
    if (output.features !== null) {
      features = output.features;
    }
  }
  return logits;
}

function rowsOf(values: Float32Array, kept: readonly number[]): Float32Array {
  return Float32Array.from(kept.flatMap((row) => [...values.subarray(row * tinyClasses, (row + 1) * tinyClasses)]));
}

describe.each(runtimes)('$name', ({ ort }) => {
  const { network, files, whole } = tinyNetwork();
  const options: LoadNetworkOptions = { ort, network, readFile: readFrom(files), ...facts };

  test('describes its stages', async () => {
    const model = await loadNetwork({ ...options, labels: ['a', 'b', 'c'] });
    expect(model).toMatchObject({ name: 'tiny', classes: 3, labels: ['a', 'b', 'c'], backboneMacs: 36 });
    expect(model.stages).toEqual([
      { name: 'hidden_0', network: 0, isFinal: false, usesPreviousLogits: false, segmentMacs: 8, headMacs: 12 },
      { name: 'hidden_1', network: 0, isFinal: false, usesPreviousLogits: true, segmentMacs: 16, headMacs: 21 },
      { name: 'final', network: 0, isFinal: true, usesPreviousLogits: false, segmentMacs: 12, headMacs: 0 },
    ]);
    await model[Symbol.asyncDispose]();
  });

  test('staged equals whole, with a dynamic and with a fixed batch', async () => {
    const reference = await wholeModel({ ort, bytes: whole, ...shape });
    const fixed = tinyNetwork(4);
    for (const model of [
      await loadNetwork(options),
      await loadNetwork({ ...options, network: fixed.network, readFile: readFrom(fixed.files) }),
    ]) {
      for (const rows of [1, 3, 9]) {
        const logits = await runAll(model, tinyRows(rows), rows);
        const expected = await reference.runWhole({ data: tinyRows(rows), rows });
        // The same operators on the same numbers, split into stages.
        expect(logits.at(-1)).toEqual(expected);
      }
      await model[Symbol.asyncDispose]();
    }
  });

  test.each([[[0]], [[2]], [[0, 2, 3]], [[1, 2, 4]], [[0, 1, 2, 3, 4]]])(
    'rows %j that stay keep their values and order',
    async (kept) => {
      const model = await loadNetwork(options);
      const expected = await runAll(model, tinyRows(5), 5);
      const first = await model.runStage(0, await model.load({ data: tinyRows(5), rows: 5 }), null);
      const afterFirst = await model.keepRows(first.features!, Int32Array.from(kept));
      const second = await model.runStage(1, afterFirst, rowsOf(first.logits, kept));
      expect(second.logits).toEqual(rowsOf(expected[1]!, kept));
      const last = kept.length - 1;
      const afterSecond = await model.keepRows(second.features!, Int32Array.of(last));
      const third = await model.runStage(2, afterSecond, null);
      expect(third.logits).toEqual(rowsOf(expected[2]!, [kept[last]!]));
      await model[Symbol.asyncDispose]();
    },
  );

  test('dropping rows of the input does not change the caller’s array', async () => {
    const model = await loadNetwork(options);
    const input = tinyRows(4);
    const features = await model.keepRows(await model.load({ data: input, rows: 4 }), Int32Array.of(1, 3));
    const { logits } = await model.runStage(0, features, null);
    const expected = await runAll(model, tinyRows(4), 4);
    expect(logits).toEqual(rowsOf(expected[0]!, [1, 3]));
    expect(input).toEqual(tinyRows(4));
    await model[Symbol.asyncDispose]();
  });

  test('parallel runs do not disturb each other', async () => {
    const model = await loadNetwork(options);
    const sizes = [1, 4, 2, 7];
    const alone = [];
    for (const rows of sizes) {
      alone.push(await runAll(model, tinyRows(rows), rows));
    }
    expect(await Promise.all(sizes.map((rows) => runAll(model, tinyRows(rows), rows)))).toEqual(alone);
    await model[Symbol.asyncDispose]();
  });

  test('refuses features of another stage, features that were used, and missing previous logits', async () => {
    const model = await loadNetwork(options);
    const load = () => model.load({ data: tinyRows(2), rows: 2 });
    await expect(model.runStage(1, await load(), new Float32Array(6))).rejects.toThrow(/Expected stage 0/);
    await expect(model.runStage(3, await load(), null)).rejects.toThrow(InvalidInputError);
    const used = await load();
    const { features } = await model.runStage(0, used, null);
    await expect(model.runStage(0, used, null)).rejects.toThrow(/consumed or released/);
    await expect(model.runStage(1, features!, null)).rejects.toThrow(/Expected the logits of the stage before/);
    const released = await load();
    model.release(released);
    model.release(released);
    await expect(model.keepRows(released, Int32Array.of(0))).rejects.toThrow(InvalidInputError);
    const wrong = await model.runStage(0, await load(), null);
    await expect(model.runStage(1, wrong.features!, new Float32Array(3))).rejects.toThrow(/previous_logits/);
    await model[Symbol.asyncDispose]();
  });

  test('a dispose waits for runs under way; afterwards every call is refused', async () => {
    const model = await loadNetwork(options);
    const features = await model.load({ data: tinyRows(2), rows: 2 });
    const spare = await model.load({ data: tinyRows(2), rows: 2 });
    const running = model.runStage(0, features, null);
    const disposals = [model[Symbol.asyncDispose](), model[Symbol.asyncDispose]()];
    expect((await running).logits).toHaveLength(2 * tinyClasses);
    await Promise.all(disposals);
    await expect(model.load({ data: tinyRows(1), rows: 1 })).rejects.toThrow(DisposedError);
    await expect(model.runStage(0, spare, null)).rejects.toThrow(DisposedError);
    await expect(model.keepRows(spare, Int32Array.of(0))).rejects.toThrow(DisposedError);
    expect(() => model.release(spare)).not.toThrow();
    await model[Symbol.asyncDispose]();
  });

  test('a stage model with other tensors than described is refused', async () => {
    const [first, ...others] = network.stages;
    const renamed = { ...network, stages: [{ ...first!, logits: 'scores' }, ...others] };
    const loading = loadNetwork({ ...options, network: renamed });
    await expect(loading).rejects.toThrow(InvalidModelError);
    await expect(loading).rejects.toThrow(
      /Expected the outputs .*scores in the model of stage 0 \("hidden_0"\) of "tiny"; received next_0, logits/,
    );
  });
});

describe('bookkeeping, with a recorded runtime', () => {
  const { network } = tinyNetwork();
  const zerosFor = (names: Readonly<Record<string, number>>) => ({
    outputNames: Object.keys(names),
    run: (feeds: Readonly<Record<string, Tensor>>) => {
      const rows = Object.values(feeds)[0]!.dims[0]!;
      return Object.fromEntries(
        Object.entries(names).map(([name, size]) => [
          name,
          new Tensor('float32', new Float32Array(rows * size), [rows, size]),
        ]),
      );
    },
  });
  const models = {
    'stages/0.onnx': { inputNames: ['input'], ...zerosFor({ next_0: 4, logits: 3 }) },
    'stages/1.onnx': {
      inputNames: ['features_0', 'previous_logits'],
      ...zerosFor({ next_0: 4, next_1: 4, logits: 3 }),
    },
    'stages/2.onnx': { inputNames: ['features_0', 'features_1'], ...zerosFor({ logits: 3 }) },
  };
  const readFile = async (path: string) => fakeModel(path);

  test('sessions open in order and are released once', async () => {
    const { ort, log } = fakeRuntime(models);
    const model = await loadNetwork({ ort, network, readFile, ...facts });
    await model[Symbol.asyncDispose]();
    await model[Symbol.asyncDispose]();
    const paths = network.stages.map((stage) => stage.model);
    expect(log).toEqual([...paths.map((path) => `open ${path}`), ...paths.map((path) => `release ${path}`)]);
  });

  test('a stage that cannot be opened releases those before it', async () => {
    const { 'stages/2.onnx': _, ...withoutLast } = models;
    const { ort, log } = fakeRuntime(withoutLast);
    await expect(loadNetwork({ ort, network, readFile, ...facts })).rejects.toThrow(RuntimeFailureError);
    expect(log.slice(2)).toEqual(['release stages/0.onnx', 'release stages/1.onnx']);
  });

  test('invalid rows run no stage, and keeping all rows moves none', async () => {
    const { ort, log } = fakeRuntime(models);
    const model = await loadNetwork({ ort, network, readFile, ...facts });
    log.length = 0;
    await expect(model.load({ data: new Float32Array(0), rows: 0 })).rejects.toThrow(InvalidInputError);
    await expect(model.load({ data: Float32Array.of(1, Number.NaN), rows: 1 })).rejects.toThrow(/row 0/);
    const features = await model.load({ data: tinyRows(2), rows: 2 });
    await expect(model.keepRows(features, new Int32Array(0))).rejects.toThrow(InvalidInputError);
    expect(log).toEqual([]);
  });

  test('a failing run names the stage and carries the cause', async () => {
    const cause = new Error('out of memory');
    const { ort } = fakeRuntime({
      ...models,
      'stages/0.onnx': {
        ...models['stages/0.onnx'],
        run: () => {
          throw cause;
        },
      },
    });
    const model = await loadNetwork({ ort, network, readFile, ...facts });
    const error: unknown = await model
      .runStage(0, await model.load({ data: tinyRows(1), rows: 1 }), null)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RuntimeFailureError);
    expect(error).toMatchObject({ cause, message: expect.stringContaining('stage 0 ("hidden_0") of "tiny"') });
  });
});

import { InvalidInputError, RuntimeFailureError } from '@ztw/core';
import { describe, expect, test } from 'vitest';
import { fakeModel, fakeRuntime } from '../../test/support/fake-runtime.ts';
import { runtimes } from '../../test/support/runtimes.ts';
import { tinyOnnx } from '../../test/support/tiny-onnx.ts';
import { openSession } from './ort-session.ts';

const relu = tinyOnnx({
  nodes: [{ operator: 'Relu', inputs: ['x'], outputs: ['y'] }],
  inputs: [{ name: 'x', type: 'float32', dims: ['rows', 2] }],
  outputs: [{ name: 'y', type: 'float32', dims: null }],
});

describe.each(runtimes)('$name', ({ ort }) => {
  test('runs a model by tensor names', async () => {
    const session = await openSession(ort, relu, {}, 'the test model');
    const x = new ort.Tensor('float32', new Float32Array([9, -1, 2, 9]).subarray(1, 3), [1, 2]);
    const { y } = await session.run({ x }, ['y']);
    expect(y?.data).toEqual(new Float32Array([0, 2]));
    await session.release();
  });

  test('outputs outlive their session', async () => {
    const session = await openSession(ort, relu, {}, 'the test model');
    const values = Float32Array.from({ length: 20_000 }, (_, index) => index);
    const { y } = await session.run({ x: new ort.Tensor('float32', values, [10_000, 2]) }, ['y']);
    await session.release();
    const other = await openSession(ort, relu, {}, 'another model');
    await other.run({ x: new ort.Tensor('float32', new Float32Array(20_000).fill(7), [10_000, 2]) }, ['y']);
    await other.release();
    expect(y?.data).toEqual(values);
  });

  test('wraps errors of ONNX Runtime, with the cause', async () => {
    const opening = openSession(ort, relu.slice(0, 40), {}, 'stage 3');
    await expect(opening).rejects.toThrow(RuntimeFailureError);
    await expect(opening).rejects.toThrow(/could not open the model of stage 3: .*protobuf/);
    const session = await openSession(ort, relu, {}, 'stage 3');
    const error: unknown = await session.run({}, ['y']).catch((thrown: unknown) => thrown);
    expect(RuntimeFailureError.isInstance(error)).toBe(true);
    expect((error as Error).message).toContain('running stage 3');
    expect((error as Error).cause).toBeInstanceOf(Error);
    await session.release();
  });
});

test('sets one thread per session, and the size of the shared wasm pool only on request', async () => {
  const runtime = fakeRuntime({ m: { inputNames: [], outputNames: [], run: () => ({}) } });
  await openSession(runtime.ort, fakeModel('m'), {}, 'm');
  expect(runtime.ort.env.wasm.numThreads).toBeUndefined();
  await openSession(runtime.ort, fakeModel('m'), { threads: 2, sessionOptions: { enableCpuMemArena: false } }, 'm');
  expect(runtime.ort.env.wasm.numThreads).toBe(2);
  expect(runtime.options).toMatchObject([
    { executionProviders: ['cpu'], intraOpNumThreads: 1, graphOptimizationLevel: 'all', enableCpuMemArena: true },
    { executionProviders: ['cpu'], intraOpNumThreads: 2, enableCpuMemArena: false },
  ]);
});

test.each([0, 1.5, Number.NaN])('refuses %s threads', async (threads) => {
  const { ort, log } = fakeRuntime({ m: { inputNames: [], outputNames: [], run: () => ({}) } });
  await expect(openSession(ort, fakeModel('m'), { threads }, 'm')).rejects.toThrow(InvalidInputError);
  expect(log).toEqual([]);
});

test('calls into one ONNX Runtime never overlap, whatever the session', async () => {
  let running = 0;
  let most = 0;
  const slow = {
    inputNames: [],
    outputNames: [],
    async run() {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 1));
      running -= 1;
      return {};
    },
  };
  const { ort } = fakeRuntime({ a: slow, b: slow });
  const sessions = await Promise.all(['a', 'b'].map((name) => openSession(ort, fakeModel(name), {}, name)));
  await Promise.all([...sessions, ...sessions].map((session) => session.run({}, [])));
  expect(most).toBe(1);
});

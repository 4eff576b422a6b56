import { MessageChannel } from 'node:worker_threads';
import {
  classify,
  classifyStream,
  confidenceThreshold,
  InvalidBundleError,
  InvalidInputError,
  never,
  RuntimeFailureError,
} from '@ztw/core';
import { inputTypes, type WorkerThread } from '@ztw/core/runtime';
import { type ConformanceSubject, conformanceCases } from '@ztw/core/testing';
import { equalWeights } from '@ztw/ensemble';
import * as node from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { runtimes } from '../../test/support/runtimes.ts';
import { startWorker } from '../../test/support/start-worker.ts';
import { readFrom, tinyBundle, tinyClasses, tinyRows } from '../../test/support/tiny-network.ts';
import { tokenBundle, tokenRowsOf } from '../../test/support/token-network.ts';
import { loadBundle } from '../bundle/load-bundle.ts';
import type { OnnxRuntime } from '../ort/onnx-runtime.ts';
import { loadBundleInWorker } from './load-bundle-in-worker.ts';
import { serveModel } from './serve-model.ts';

/** Both sides in this thread: the same messages, copied in the same way. */
function withoutThread(ort: OnnxRuntime): WorkerThread {
  const { port1, port2 } = new MessageChannel();
  serveModel({ ort, port: port1 });
  return {
    postMessage: (message, transfer) => port2.postMessage(message, transfer),
    on: (event, listener) => port2.on(event, listener),
    terminate: () => port2.close(),
  };
}

const script = new URL('../../test/support/model-worker.ts', import.meta.url);

const bundleFiles = await tinyBundle(1, { ensemble: equalWeights('geometric', 3, tinyClasses) });
const bundle = readFrom(bundleFiles);
const input = { data: tinyRows(24), rows: 24 };
/** Enough rows that a stage takes many turns of the event loop. */
const longInput = { data: tinyRows(4000), rows: 4000 };

describe.each(runtimes)('$name behind messages', ({ ort }) => {
  const subject: ConformanceSubject = {
    name: 'tiny network behind messages',
    supports: { parallelRuns: true, featureMemory: 'host', concatRows: true, inputTypes },
    input: { data: tinyRows(16), rows: 16 },
    create: async () => (await loadBundleInWorker({ worker: withoutThread(ort), bundle })).model,
  };

  test.for(conformanceCases)('$name', async (conformanceCase, { skip }) => {
    const reason = conformanceCase.skip?.(subject) ?? null;
    skip(reason !== null, reason ?? '');
    await conformanceCase.run(subject);
  });

  test('a chain', async () => {
    const two = readFrom(await tinyBundle(2));
    const remote = await loadBundleInWorker({ worker: withoutThread(ort), bundle: two });
    const local = await loadBundle({ ort, bundle: two });
    const policy = confidenceThreshold(0.6);
    expect(await classify(remote.model, input, { policy })).toEqual(await classify(local.model, input, { policy }));
    await remote[Symbol.asyncDispose]();
    await local[Symbol.asyncDispose]();
  });
});

describe('in a thread', () => {
  test('gives the same answers as this thread, in a batch and as a stream', async () => {
    const worker = startWorker(script);
    const ended = new Promise((resolve) => worker.on('exit', resolve));
    const remote = await loadBundleInWorker({ worker, bundle });
    const local = await loadBundle({ ort: node, bundle });
    const options = { policy: confidenceThreshold(0.6), ensemble: remote.ensemble, batchSize: 5 };
    const expected = await classify(local.model, input, options);
    expect(new Set(expected.results.map(({ exitIndex }) => exitIndex)).size).toBeGreaterThan(1);

    expect(await classify(remote.model, input, options)).toEqual(expected);
    const rows = Array.from({ length: input.rows }, (_, row) => input.data.slice(row * 2, row * 2 + 2));
    const streamed = [];
    for await (const result of classifyStream(remote.model, rows, options)) streamed.push(result);
    expect(streamed).toEqual(expected.results);

    await local[Symbol.asyncDispose]();
    await remote[Symbol.asyncDispose]();
    await ended;
  });

  test('takes named inputs, which stay the caller’s, through a chain', async () => {
    const tokens = readFrom(await tokenBundle(2));
    const remote = await loadBundleInWorker({ worker: startWorker(script), bundle: tokens });
    const local = await loadBundle({ ort: node, bundle: tokens });
    const policy = confidenceThreshold(0.6);
    const rows = tokenRowsOf(12, 5);
    const expected = await classify(local.model, rows, { policy });
    expect(new Set(expected.results.map(({ exitIndex }) => exitIndex)).size).toBeGreaterThan(1);
    expect(await classify(remote.model, rows, { policy })).toEqual(expected);
    expect(rows).toEqual(tokenRowsOf(12, 5));
    await local[Symbol.asyncDispose]();
    await remote[Symbol.asyncDispose]();
  });

  test('a stage leaves the event loop free', async () => {
    const remote = await loadBundleInWorker({ worker: startWorker(script), bundle });
    const { model } = remote;
    const turnsOfOneStage = async (): Promise<number> => {
      const features = await model.load(longInput);
      let turns = 0;
      let isRunning = true;
      const running = model.runStage(0, features, null).finally(() => {
        isRunning = false;
      });
      while (isRunning) {
        await new Promise((resolve) => setImmediate(resolve));
        turns += 1;
      }
      const { features: next } = await running;
      if (next !== null) model.release(next);
      return turns;
    };
    // A stage in this thread would always take one turn. A busy machine may suspend this thread while the worker runs,
    // but not every time.
    const turns: number[] = [];
    while (turns.length < 20 && Math.max(0, ...turns) <= 2) turns.push(await turnsOfOneStage());
    expect(Math.max(...turns)).toBeGreaterThan(2);
    await remote[Symbol.asyncDispose]();
  });

  test('a worker that breaks down fails the calls under way, and all later ones', async () => {
    const worker = startWorker(script);
    const { model } = await loadBundleInWorker({ worker, bundle });
    const features = await model.load(longInput);
    const running = model.runStage(0, features, null);
    await Promise.all([worker.terminate(), expect(running).rejects.toThrow(RuntimeFailureError)]);
    await expect(classify(model, input, { policy: never() })).rejects.toThrow(/broke down/);
  });

  test('a worker script that cannot be loaded', async () => {
    const worker = startWorker(new URL('./missing.ts', import.meta.url));
    await expect(loadBundleInWorker({ worker, bundle })).rejects.toThrow(RuntimeFailureError);
  });
});

describe('an error in the worker', () => {
  const load = (files: ReadonlyMap<string, Uint8Array>) =>
    loadBundleInWorker({ worker: withoutThread(node), bundle: readFrom(files) });

  test('keeps its class', async () => {
    const { model } = await load(bundleFiles);
    const bad = { data: Float32Array.of(1, Number.NaN), rows: 1 };
    await expect(model.load(bad)).rejects.toThrow(InvalidInputError);
    await expect(model.load(bad)).rejects.toThrow(/row 0/);
    await model[Symbol.asyncDispose]();
  });

  test('of a damaged bundle ends the worker', async () => {
    let ended = false;
    const worker: WorkerThread = {
      ...withoutThread(node),
      terminate: () => {
        ended = true;
      },
    };
    const changed = new Map(bundleFiles);
    changed.delete('stages/1.onnx');
    await expect(loadBundleInWorker({ worker, bundle: readFrom(changed) })).rejects.toThrow(InvalidBundleError);
    expect(ended).toBe(true);
  });

  test('of a script that is not a worker says so', () => {
    expect(() => serveModel({ ort: node, port: null })).toThrow(/as a worker/);
  });
});

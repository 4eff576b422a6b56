import { Worker } from 'node:worker_threads';
import { InvalidBundleError, InvalidInputError, RuntimeFailureError } from '@ztw/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { startWorker } from '../../../runtime-onnx/test/support/start-worker.ts';
import { serveBundle } from '../../test/support/bundle-server.ts';
import { fashionBundle, fashionThreshold, stripedImages } from '../../test/support/fashion-bundle.ts';
import { ort, runtimes } from '../../test/support/runtimes.ts';
import { type ClassifierResult, loadClassifier } from '../node.ts';
import { serveClassifier } from './serve-classifier.ts';

let files: ReadonlyMap<string, Uint8Array>;
beforeAll(async () => {
  files = await fashionBundle(ort);
});

const images = stripedImages(12);
const [onOnnx, onTensorflow] = runtimes;

describe.each([
  { ...onOnnx!, script: new URL('../../test/support/onnx-worker.ts', import.meta.url) },
  { ...onTensorflow!, script: new URL('../../test/support/tfjs-worker.ts', import.meta.url) },
])('$name in a worker', ({ runtime, script }) => {
  test('gives the answers of this thread, and ends with the classifier', async () => {
    await using server = await serveBundle(files);
    const workers: Worker[] = [];
    const worker = (): Worker => {
      const started = startWorker(script);
      workers.push(started);
      return started;
    };
    const options = { cache: false, workerStartMilliseconds: 60_000 };
    const remote = await loadClassifier(server.url, null, { ...options, worker });
    const ended = new Promise((resolve) => workers[0]!.once('exit', resolve));
    await using local = await loadClassifier(server.url, runtime, options);
    const essential = (results: ClassifierResult) =>
      [results].flat().map(({ label, exit, top, cost }) => ({ label, exit, top, cost }));
    const call = { threshold: fashionThreshold };
    expect(essential(await remote.classify(images[0]!, call))).toEqual(
      essential(await local.classify(images[0]!, call)),
    );
    expect(await remote.classify(images, call)).toHaveLength(images.length);
    const exits = [];
    for await (const { exit } of remote.refine(images[0]!)) exits.push(exit);
    expect(exits).toEqual(remote.stages.map((_, exit) => exit));
    await remote.dispose();
    await ended;
  });
});

describe('a worker', () => {
  const served = async (path: string) => files.get(path)!;

  test('that does not serve is told, and ended', async () => {
    const worker = new Worker('setInterval(() => {}, 1000)', { eval: true });
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    const loading = loadClassifier(served, null, { worker: () => worker, workerStartMilliseconds: 200 });
    await expect(loading).rejects.toThrow(RuntimeFailureError);
    await expect(loading).rejects.toThrow(/within 200 ms; received none. Its script must call serveClassifier/);
    await ended;
  });

  test('that breaks down while it starts is told', async () => {
    const worker = new Worker('throw new Error("no such module")', { eval: true });
    await expect(loadClassifier(served, null, { worker: () => worker })).rejects.toThrow(/broke down/);
  });

  test('of another runtime than the given one is refused', async () => {
    const script = new URL('../../test/support/onnx-worker.ts', import.meta.url);
    const loading = loadClassifier(served, onTensorflow!.runtime, {
      worker: () => startWorker(script),
      workerStartMilliseconds: 60_000,
    });
    await expect(loading).rejects.toThrow(/serves tensorflow.js, .*; received one that serves onnxruntime/);
  });

  test('is ended when the bundle cannot be read', async () => {
    const worker = startWorker(new URL('../../test/support/onnx-worker.ts', import.meta.url));
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    const missing = () => Promise.reject(new Error('gone'));
    await expect(
      loadClassifier(missing, null, { worker: () => worker, workerStartMilliseconds: 60_000 }),
    ).rejects.toThrow(InvalidBundleError);
    await ended;
  });

  test('script outside a worker says so', () => {
    expect(() => serveClassifier(onOnnx!.runtime, null)).toThrow(InvalidInputError);
    expect(() => serveClassifier(onOnnx!.runtime)).toThrow(/parentPort/);
  });
});

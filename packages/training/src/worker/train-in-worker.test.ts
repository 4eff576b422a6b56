import { MessageChannel } from 'node:worker_threads';
import {
  AbortedError,
  InvalidDataError,
  InvalidInputError,
  InvalidModelError,
  memoryBlobStore,
  RuntimeFailureError,
  runAllExits,
} from '@ztw/core';
import type { WorkerThread } from '@ztw/core/runtime';
import { readLayersModel, stageNetwork } from '@ztw/runtime-tfjs';
import { afterAll, describe, expect, test } from 'vitest';
import { startWorker } from '../../../runtime-onnx/test/support/start-worker.ts';
import { accuracyOf } from '../../../runtime-tfjs/src/__fixtures__/accuracy-of.ts';
import { tensorflowOn } from '../../../runtime-tfjs/src/__fixtures__/backends.ts';
import { stripeClasses, stripedImages } from '../../../runtime-tfjs/src/__fixtures__/striped-images.ts';
import { smallLayersModel } from '../../../runtime-tfjs/src/__fixtures__/tensorflow-networks.ts';
import { tensorflowKernels } from '../../../runtime-tfjs/src/kernels/tensorflow-kernels.ts';
import type { NewClassesJob } from '../personalise/new-classes-job.ts';
import { trainNewClasses } from '../personalise/train-new-classes.ts';
import type { TrainingProgress } from '../training/training-progress.ts';
import { type ServeTrainingOptions, serveTraining } from './serve-training.ts';
import { trainInWorker } from './train-in-worker.ts';

const tf = await tensorflowOn('wasm');
const kernels = tensorflowKernels(tf);
const network = readLayersModel({ tf, model: smallLayersModel() });
const training = stripedImages(90, 12, 1);
const heldOut = stripedImages(60, 12, 2);
const job: NewClassesJob = { classes: stripeClasses, training };
const short: NewClassesJob = { ...job, recipe: { epochs: 2 } };
/** So long that messages come in between. */
const longer: NewClassesJob = { ...job, recipe: { epochs: 400 } };
const endless: NewClassesJob = { ...job, recipe: { epochs: 100_000 } };

describe('in a thread', () => {
  const worker = startWorker(new URL('../../test/support/training-worker.ts', import.meta.url));
  afterAll(() => worker.terminate());

  test('gives what it gives in this thread, tells how far it is, and leaves the event loop free', async () => {
    const events: TrainingProgress[] = [];
    let turns = 0;
    let isTraining = true;
    const training = trainInWorker({ worker, job, onProgress: (event) => events.push(event) }).finally(() => {
      isTraining = false;
    });
    while (isTraining) {
      await new Promise((resolve) => setImmediate(resolve));
      turns += 1;
    }
    const trained = await training;
    expect(turns).toBeGreaterThan(100);
    expect(trained.heads).toEqual((await trainNewClasses({ kernels, network, job })).heads);
    // The caller keeps its rows.
    expect(job.training.rows).toHaveLength(90 * 3 * 12 * 12);

    const done = events.filter(({ kind }) => kind === 'cut-done');
    expect(done).toHaveLength(4);
    expect(done.at(-1)?.fraction).toBeGreaterThan(0.9);
    expect(events.every(({ etaSeconds }) => Number.isFinite(etaSeconds))).toBe(true);

    const model = stageNetwork({ tf, network, ...trained });
    const exits = await runAllExits(model, { data: heldOut.rows, rows: heldOut.labels.length });
    await model[Symbol.asyncDispose]();
    expect(accuracyOf(exits.at(-1)!, heldOut.labels, 3)).toBeGreaterThan(0.8);
  });

  test('stops where the signal fires, and trains the next job', async () => {
    const aborting = new AbortController();
    const stopped = trainInWorker({
      worker,
      job: endless,
      signal: aborting.signal,
      onProgress: ({ kind }) => {
        if (kind === 'step') aborting.abort();
      },
    });
    const next = trainInWorker({ worker, job: short });
    await expect(stopped).rejects.toThrow(AbortedError);
    expect((await next).heads).toHaveLength(4);
  });

  test('fails with what the caller throws while it is told how far training is', async () => {
    const onProgress = () => {
      throw new TypeError('no such element');
    };
    await expect(trainInWorker({ worker, job: endless, onProgress })).rejects.toThrow(TypeError);
    expect((await trainInWorker({ worker, job: short })).heads).toHaveLength(4);
  });

  test('does not begin where the signal has fired', async () => {
    await expect(trainInWorker({ worker, job, signal: AbortSignal.abort() })).rejects.toThrow(AbortedError);
  });

  test('errors keep their class', async () => {
    const wrong = trainInWorker({ worker, job: { ...job, classes: ['cat', 'dog'] } });
    await expect(wrong).rejects.toThrow(InvalidDataError);
    await expect(wrong).rejects.toThrow(/label 2/);
  });
});

test('a worker that breaks down fails the training', async () => {
  const worker = startWorker(new URL('../../test/support/training-worker.ts', import.meta.url));
  const training = trainInWorker({ worker, job: endless, onProgress: () => void worker.terminate() });
  await expect(training).rejects.toThrow(RuntimeFailureError);
});

test('a worker script that cannot be loaded', async () => {
  const worker = startWorker(new URL('../../../runtime-tfjs/src/worker/missing.ts', import.meta.url));
  await expect(trainInWorker({ worker, job })).rejects.toThrow(/training worker failed/);
});

describe('on the other side', () => {
  /** Both sides in this thread: the same messages, copied in the same way. */
  function withoutThread(options: Partial<ServeTrainingOptions>): WorkerThread {
    const { port1, port2 } = new MessageChannel();
    serveTraining({ kernels, port: port1, loadNetwork: async () => network, ...options });
    return {
      postMessage: (message, transfer) => port2.postMessage(message, transfer),
      terminate: () => port2.close(),
    };
  }

  test('a network that could not be loaded is loaded again for the next training', async () => {
    let loads = 0;
    const worker = withoutThread({
      async loadNetwork() {
        loads += 1;
        if (loads === 1) throw new InvalidModelError('no network');
        return network;
      },
    });
    await expect(trainInWorker({ worker, job: short })).rejects.toThrow(InvalidModelError);
    await trainInWorker({ worker, job: short });
    await trainInWorker({ worker, job: short });
    expect(loads).toBe(2);
    worker.terminate();
  });

  test('a training goes on in the next worker', async () => {
    const checkpoints = memoryBlobStore();
    const aborting = new AbortController();
    const onProgress = ({ kind }: TrainingProgress): void => {
      if (kind === 'cut-done') aborting.abort();
    };
    const first = withoutThread({ checkpoints });
    await expect(trainInWorker({ worker: first, job: longer, signal: aborting.signal, onProgress })).rejects.toThrow(
      AbortedError,
    );
    first.terminate();
    const kinds: string[] = [];
    const second = withoutThread({ checkpoints });
    await trainInWorker({ worker: second, job: longer, onProgress: ({ kind }) => kinds.push(kind) });
    second.terminate();
    expect(kinds).toContain('resumed');
  });

  test('a script that is no worker is told so', () => {
    expect(() => withoutThread({ port: null })).toThrow(InvalidInputError);
  });
});

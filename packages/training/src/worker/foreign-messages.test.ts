import { MessageChannel } from 'node:worker_threads';
import { InvalidInputError, RuntimeFailureError } from '@ztw/core';
import type { WorkerThread } from '@ztw/core/runtime';
import { describe, expect, test } from 'vitest';
import { tensorflowOn } from '../../../runtime-tfjs/src/__fixtures__/backends.ts';
import { stripeClasses, stripedImages } from '../../../runtime-tfjs/src/__fixtures__/striped-images.ts';
import { smallLayersModel } from '../../../runtime-tfjs/src/__fixtures__/tensorflow-networks.ts';
import { tensorflowKernels } from '../../../runtime-tfjs/src/kernels/tensorflow-kernels.ts';
import { readLayersModel } from '../../../runtime-tfjs/src/layers-model/read-layers-model.ts';
import type { NewClassesJob } from '../personalise/new-classes-job.ts';
import { serveTraining } from './serve-training.ts';
import { trainInWorker } from './train-in-worker.ts';

const tf = await tensorflowOn('cpu');
const network = readLayersModel({ tf, model: smallLayersModel() });
const job: NewClassesJob = { classes: stripeClasses, training: stripedImages(12, 12, 1), recipe: { epochs: 1 } };

function served(): { readonly worker: WorkerThread; readonly send: (message: unknown) => void } {
  const { port1, port2 } = new MessageChannel();
  serveTraining({ kernels: tensorflowKernels(tf), port: port1, loadNetwork: async () => network });
  return {
    send: (message) => port2.postMessage(message),
    worker: {
      postMessage: (message, transfer) => port2.postMessage(message, transfer),
      terminate: () => port2.close(),
    },
  };
}

describe('a worker that trains', () => {
  test('ignores messages that are no requests, and works as before', async () => {
    const { worker, send } = served();
    const kind = 'ztw-train-new-classes';
    for (const message of [null, 4, 'text', [], {}, { kind }, { kind, port: {} }, { kind, job, port: null }])
      send(message);
    expect((await trainInWorker({ worker, job })).heads).toHaveLength(4);
    worker.terminate();
  });

  const wrong = (part: object): NewClassesJob => ({ ...job, ...part }) as NewClassesJob;
  test.each<[string, NewClassesJob, RegExp]>([
    ['classes', wrong({ classes: 'two' }), /a valid field "classes"/],
    ['names of classes', wrong({ classes: [1, 2] }), /a valid field "classes"/],
    ['labels', wrong({ training: { ...job.training, labels: [1] } }), /a valid field "training"/],
  ])('answers %s that are none with a typed error', async (_name, bad, message) => {
    const { worker } = served();
    const training = trainInWorker({ worker, job: bad });
    await expect(training).rejects.toThrow(InvalidInputError);
    await expect(training).rejects.toThrow(message);
    worker.terminate();
  });
});

test('a caller ignores replies that are none, and turns an unknown failure of training into a typed one', async () => {
  let reply: (message: unknown) => void = () => undefined;
  const worker: WorkerThread = {
    postMessage(message) {
      const { port } = message as { readonly port: MessagePort };
      reply = (each) => port.postMessage(each);
    },
    terminate: () => undefined,
  };
  const training = trainInWorker({ worker, job });
  for (const message of [
    null,
    'text',
    {},
    { kind: 'trained' },
    { kind: 'failed' },
    { kind: 'failed', error: {} },
    { kind: 'progress' },
  ]) {
    reply(message);
  }
  const error = {
    name: 'RuntimeFailureError',
    message: 'over there',
    code: 'ZTW_RUNTIME_FAILURE',
    stack: null,
    cause: null,
    details: {},
  };
  reply({ kind: 'failed', error });
  await expect(training).rejects.toThrow(RuntimeFailureError);
});

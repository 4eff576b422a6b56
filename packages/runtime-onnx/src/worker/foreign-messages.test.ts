import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { InvalidInputError, RuntimeFailureError } from '@ztw/core';
import { type PackedError, unpackError, type WorkerThread } from '@ztw/core/runtime';
import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import type { WorkerReply } from '../../../bundle/src/worker/messages.ts';
import { WorkerConnection } from '../../../bundle/src/worker/worker-connection.ts';
import { readFrom, tinyBundle, tinyRows } from '../../test/support/tiny-network.ts';
import { loadBundleInWorker } from './load-bundle-in-worker.ts';
import { serveModel } from './serve-model.ts';

const bundle = readFrom(await tinyBundle(1));

/** Lets messages travel to the other side and back. */
const turns = async (count = 20): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
};

function served(): { readonly port: MessagePort; readonly replies: WorkerReply[]; readonly worker: WorkerThread } {
  const { port1, port2 } = new MessageChannel();
  serveModel({ ort, port: port1 });
  const replies: WorkerReply[] = [];
  port2.on('message', (reply: WorkerReply) => {
    // A worker also says when it begins to listen.
    if ('call' in reply) replies.push(reply);
  });
  const worker: WorkerThread = {
    postMessage: (message, transfer) => port2.postMessage(message, transfer),
    on: (event, listener) => port2.on(event, listener),
    terminate: () => port2.close(),
  };
  return { port: port2, replies, worker };
}

describe('a worker that serves a model', () => {
  test('ignores messages that are not requests, and works as before', async () => {
    const { port, replies, worker } = served();
    for (const message of [
      null,
      undefined,
      7,
      'text',
      [],
      {},
      { call: 1 },
      { call: 'x', task: {} },
      { call: 1.5, task: null },
      { kind: 'other' },
    ]) {
      port.postMessage(message);
    }
    await turns();
    expect(replies).toEqual([]);
    const { model } = await loadBundleInWorker({ worker, bundle });
    const features = await model.load({ data: tinyRows(2), rows: 2 });
    expect((await model.runStage(0, features, null)).logits).toHaveLength(6);
    await model[Symbol.asyncDispose]();
  });

  const run = { kind: 'run-stage', network: 0, stageIndex: 0, features: 1, previousLogits: null, result: 2 };
  const description = { network: { stages: [] }, inputs: [] };
  test.each<[string, unknown, RegExp]>([
    ['no task', null, /unknown task null/],
    ['an unknown task', { kind: 'explode' }, /unknown task "explode"/],
    ['a name of an object’s own members', { kind: 'constructor' }, /unknown task "constructor"/],
    ['nothing to open', { kind: 'open', network: 0 }, /the field "description" in the task "open"/],
    ['no stages to open', { kind: 'open', network: 0, description: { network: {} } }, /field "description\.network"/],
    ['a network before a greeting', { kind: 'open', network: 0, description }, /was not greeted yet/],
    ['a file of no network', { kind: 'file', network: 3, path: 'a', bytes: new Uint8Array(1) }, /not loaded a bundle/],
    ['a file without bytes', { kind: 'file', network: 0, path: 'a', bytes: [1] }, /field "bytes"/],
    ['a loss without a reason', { kind: 'lost-file', network: 0, path: 'a', error: 'gone' }, /field "error"/],
    ['no settings', { kind: 'greet', caller: 1 }, /field "settings"/],
    ['an image that it does not prepare', { kind: 'prepare-image', image: 1, settings: {} }, /prepares no images/],
    ['no input', { kind: 'load', network: 0, result: 1 }, /field "input"/],
    ['a stage that is not a number', { ...run, stageIndex: 'first' }, /field "stageIndex"/],
    ['logits that are not an array of float32', { ...run, previousLogits: [1] }, /field "previousLogits"/],
    [
      'rows that are not an array of int32',
      { kind: 'keep-rows', network: 0, features: 1, kept: [0], result: 2 },
      /field "kept"/,
    ],
    ['parts that are not a list', { kind: 'concat-rows', network: 0, parts: 3, result: 2 }, /field "parts"/],
    ['features that are not a number', { kind: 'release', network: 0, features: {} }, /field "features"/],
    ['a stage before anything was opened', run, /has not loaded a bundle yet/],
  ])('answers %s with an error of this project', async (_name, task, message) => {
    const { port, replies } = served();
    port.postMessage({ call: 5, task });
    await expect.poll(() => replies.length).toBe(1);
    const [reply] = replies as { readonly call: number; readonly error: PackedError }[];
    expect(reply!.call).toBe(5);
    const error = unpackError(reply!.error);
    expect(InvalidInputError.isInstance(error) || RuntimeFailureError.isInstance(error)).toBe(true);
    // That would be a defect of ours.
    expect(error.message).not.toContain('internal:');
    expect(error.message).toMatch(message);
    port.close();
  });

  test('opens one bundle', async () => {
    const { worker } = served();
    const { model } = await loadBundleInWorker({ worker, bundle });
    const ended: WorkerThread = { ...worker, terminate: () => undefined };
    await expect(loadBundleInWorker({ worker: ended, bundle })).rejects.toThrow(/has loaded a bundle already/);
    await model[Symbol.asyncDispose]();
  });
});

test('a connection ignores messages that are not replies', async () => {
  const { port1, port2 } = new MessageChannel();
  const worker: WorkerThread = {
    postMessage: (message, transfer) => port1.postMessage(message, transfer),
    on: (event, listener) => port1.on(event, listener),
    terminate: () => port1.close(),
  };
  const connection = new WorkerConnection(worker);
  const answer = connection.perform({ kind: 'start' });
  const garbage = [
    null,
    'text',
    3,
    {},
    { call: 0 },
    { call: 0, error: 'bad' },
    { call: 0, error: { name: 'x' } },
    { call: 99, value: 1 },
    { value: 2 },
  ];
  for (const message of garbage) port2.postMessage(message);
  port2.postMessage({ call: 0, value: 'done' });
  expect(await answer).toBe('done');
  await connection.terminate();
});

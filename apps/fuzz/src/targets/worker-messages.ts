import { networkSource, openBundle } from '@ztw/bundle';
import { InvalidBundleError } from '@ztw/core';
import { isPackedError, type MessageEndpoint, packError, unpackError } from '@ztw/core/runtime';
import { serveModel } from '@ztw/runtime-onnx/worker';
import * as ort from 'onnxruntime-node';
import { tinyBundle, tinyRows } from '../../../../packages/runtime-onnx/test/support/tiny-network.ts';
import { type Files, readerOf } from '../make/bundle-files.ts';
import type { Random } from '../random.ts';
import { type FuzzTarget, mustHold, UntypedRefusal } from '../target.ts';

/**
 * Messages to a worker that serves a model. Every message with a number gets one reply: a value, or an error of this
 * project. Others get none. Afterwards the worker still answers.
 */
export const workerMessages: FuzzTarget = {
  name: 'messages to a model',
  share: 45,
  async open() {
    const files = await tinyBundle(1);
    const { readFile: _readFile, ...description } = networkSource(await openBundle(readerOf(files)), 0);
    const content: Content = { description, files };
    let worker: FakeWorker;
    let served = 0;
    return async (random) => {
      // A new worker now and then, so that some requests come before a bundle is open.
      if (served++ % 64 === 0) worker = await startedWorker(content, random);
      const message = random.chance(0.15) ? notATask(random) : { call: served, task: task(random, content) };
      const reply = await worker.send(message, closeMilliseconds);
      await worker.alive();
      if (reply === null) return 'typed';
      const { error } = reply as { readonly error?: unknown };
      if (error === undefined) return 'accepted';
      if (!isPackedError(error) || error.code === null) throw new UntypedRefusal(JSON.stringify(error));
      throw unpackError(error);
    };
  },
};

/** Numbers of networks in messages. */
const networks = [0, 1, 2];

/** A call that takes longer waits for a file. */
const closeMilliseconds = 200;

/** What a worker is sent to open a network. */
interface Content {
  readonly description: object;
  readonly files: Files;
}

/** A worker with a network; one in four has none, or lacks its files. */
async function startedWorker({ description, files }: Content, random: Random): Promise<FakeWorker> {
  const worker = fakeWorker();
  const tasks = [
    { kind: 'greet', caller: 1, settings: { sessionOptions: { logSeverityLevel: 4 } } },
    { kind: 'open', network: 0, description },
    ...[...files].map(([path, bytes]) => ({ kind: 'file', network: 0, path, bytes })),
  ];
  const sent = random.chance(0.75) ? tasks : tasks.slice(0, random.below(tasks.length));
  for (const [index, each] of sent.entries())
    await worker.send({ call: 2 ** 32 + index, task: each }, closeMilliseconds);
  return worker;
}

interface FakeWorker {
  /**
   * The reply; null for a message without a number.
   * @param patience Milliseconds after which all networks are closed: a call may wait for files that nobody sends.
   */
  send(message: unknown, patience: number): Promise<unknown>;
  /** Resolves when the worker answers a good request. */
  alive(): Promise<void>;
}

/** A worker in this thread. Messages are copied as between threads. */
function fakeWorker(): FakeWorker {
  const waiting = new Map<number, (reply: unknown) => void>();
  let receive: (message: unknown) => void = () => undefined;
  const port: MessageEndpoint = {
    postMessage(message) {
      // That the worker listens is no reply.
      if ('ready' in (message as object)) return;
      const { call } = message as { readonly call: number };
      const settle = waiting.get(call);
      // Those that close networks are not waited for.
      if (call < 0 && settle === undefined) return;
      mustHold(settle !== undefined, () => `a second reply to the call ${call}`);
      waiting.delete(call);
      settle?.(structuredClone(message));
    },
    on: (_event, listener) => {
      receive = listener;
    },
  };
  serveModel({ ort, port });
  let calls = -1;
  return {
    async send(message, patience) {
      const copy = structuredClone(message);
      const call = numberOf(copy);
      if (call === null) {
        receive(copy);
        return null;
      }
      const reply = new Promise((resolve) => {
        waiting.set(call, resolve);
        receive(copy);
      });
      const timer = setTimeout(() => {
        for (const network of networks) receive({ call: calls--, task: { kind: 'close', network } });
      }, patience);
      return reply.finally(() => clearTimeout(timer));
    },
    async alive() {
      const call = calls--;
      const reply = new Promise((resolve) => waiting.set(call, resolve));
      receive({ call, task: { kind: 'close', network: -1 } });
      mustHold('value' in ((await reply) as object), () => 'the worker answers no more');
    },
  };
}

function numberOf(message: unknown): number | null {
  if (typeof message !== 'object' || message === null) return null;
  const { call, task } = message as { readonly call?: unknown; readonly task?: unknown };
  return Number.isSafeInteger(call) && task !== undefined ? (call as number) : null;
}

const strange: readonly unknown[] = [
  null,
  undefined,
  0,
  -1,
  1,
  2,
  3.5,
  2 ** 40,
  Number.NaN,
  '',
  'open',
  '__proto__',
  true,
  10n,
  [],
  [1, 2],
  {},
  new Map(),
  new Set([1]),
  new Date(0),
  new Float32Array(3),
  new Int32Array([0]),
  new Int32Array([5, -1]),
  new Uint8Array(4),
  new ArrayBuffer(8),
  new Error('x'),
];

function notATask(random: Random): unknown {
  const value = random.pick(strange);
  return random.pick([value, { call: value }, { task: value }, { call: random.next(), task: value }, [value]]);
}

/** A task of a random kind; half of them with a field that is missing or something else. */
function task(random: Random, { description, files }: Content): unknown {
  const network = random.chance(0.9) ? 0 : random.pick(networks);
  const features = random.below(6);
  const result = random.below(6);
  const rows = 1 + random.below(3);
  const input = { inputs: { input: { data: tinyRows(rows), rowShape: [2] } }, rows };
  const [path, bytes] = random.pick([...files]);
  const kept = Int32Array.from({ length: rows }, (_, row) => row);
  const previousLogits = random.pick([null, new Float32Array(3 * rows)]);
  const error = packError(new InvalidBundleError('it is gone'));
  const tasks: readonly object[] = [
    { kind: 'greet', caller: 1, settings: {} },
    { kind: 'start' },
    { kind: 'open', network, description },
    { kind: 'file', network, path, bytes },
    { kind: 'lost-file', network, path, error },
    { kind: 'load', network, input, result },
    { kind: 'load', network, input, result },
    { kind: 'run-stage', network, stageIndex: random.below(4), features, previousLogits, result },
    { kind: 'run-stage', network, stageIndex: random.below(4), features, previousLogits, result },
    { kind: 'keep-rows', network, features, kept, result },
    { kind: 'concat-rows', network, parts: [features, random.below(6)], result },
    { kind: 'release', network, features },
    { kind: 'close', network },
    { kind: 'prepare-image', image: 1, settings: {} },
  ];
  const good = structuredClone(random.pick(tasks)) as Record<string, unknown>;
  for (let changes = random.below(3); changes > 0; changes--) change(good, random);
  return good;
}

/** Changes one field, at any depth, without the content of files. */
function change(object: Record<string, unknown>, random: Random): void {
  const key = random.pick(Object.keys(object));
  const value = object[key];
  const goDeeper = typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
  if (goDeeper && random.chance(0.7)) change(value as Record<string, unknown>, random);
  else if (random.chance(0.2)) delete object[key];
  else object[key] = random.pick(strange);
}

import type { WorkerThread } from '@ztw/core/runtime';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { WorkerRequest, WorkerTask } from './messages.ts';
import { WorkerConnection } from './worker-connection.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function connected() {
  const listeners = new Map<string, (value: unknown) => void>();
  const sent: WorkerRequest[] = [];
  const terminate = vi.fn();
  const worker: WorkerThread = {
    postMessage: (message) => void sent.push(message as WorkerRequest),
    on: (event, listener) => void listeners.set(event, listener),
    terminate,
  };
  const reply = (call: number) => listeners.get('message')?.({ call, value: null });
  const die = () => listeners.get('exit')?.(1);
  return { connection: new WorkerConnection(worker), sent, terminate, reply, die };
}

const stage: WorkerTask = {
  kind: 'run-stage',
  network: 0,
  stageIndex: 0,
  features: 1,
  previousLogits: null,
  result: 2,
};

test('a worker is not ended inside a native call', async () => {
  const { connection, sent, terminate, reply } = connected();
  const calls = [connection.perform(stage), connection.perform(stage)];
  const ended = connection.terminate();
  await vi.advanceTimersByTimeAsync(1000);
  reply(sent[0]!.call);
  await vi.advanceTimersByTimeAsync(1000);
  expect(terminate).not.toHaveBeenCalled();
  reply(sent[1]!.call);
  await ended;
  expect(terminate).toHaveBeenCalledOnce();
  await Promise.all(calls);
});

test('other calls, a dead worker and one that never answers do not keep it', async () => {
  const waiting = connected();
  void waiting.connection.perform({ kind: 'close', network: 0 });
  await waiting.connection.terminate();
  expect(waiting.terminate).toHaveBeenCalledOnce();

  const dead = connected();
  const call = dead.connection.perform(stage);
  const ended = dead.connection.terminate();
  dead.die();
  await ended;
  await expect(call).rejects.toThrow(/broke down/);

  const silent = connected();
  void silent.connection.perform(stage);
  const given = silent.connection.terminate();
  await vi.advanceTimersByTimeAsync(5000);
  await given;
  expect(silent.terminate).toHaveBeenCalledOnce();
});

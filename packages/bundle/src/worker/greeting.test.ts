import { InvalidInputError } from '@ztw/core';
import type { MessageEndpoint, WorkerThread } from '@ztw/core/runtime';
import { expect, test, vi } from 'vitest';
import type { ClassifierRuntime } from '../load/classifier-runtime.ts';
import { connectWorker } from './connect-worker.ts';
import { serveRuntime } from './serve-runtime.ts';
import { WorkerConnection } from './worker-connection.ts';

const runtime = { name: 'none', reads: 'model', supports: {} } as unknown as ClassifierRuntime;

/** A worker as in a browser: what is posted before its script listens is lost. `serve` runs the script's last line. */
function lateWorker() {
  const toPage: ((event: unknown) => void)[] = [];
  const toWorker: ((event: unknown) => void)[] = [];
  const post = (listeners: readonly ((event: unknown) => void)[], data: unknown) => {
    const receivers = [...listeners];
    queueMicrotask(() => {
      for (const receive of receivers) receive({ data });
    });
  };
  const listening = (listeners: ((event: unknown) => void)[]): MessageEndpoint['addEventListener'] => {
    return (event, listener) => {
      if (event === 'message') listeners.push(listener);
    };
  };
  const worker: WorkerThread = {
    postMessage: (message) => post(toWorker, message),
    addEventListener: listening(toPage)!,
    terminate: vi.fn(),
  };
  const port: MessageEndpoint = {
    postMessage: (message) => post(toPage, message),
    addEventListener: listening(toWorker)!,
  };
  const started = vi.fn(() => runtime);
  return { worker, started, serve: () => serveRuntime({ port, runtime: started }) };
}

test('a worker that begins to listen late is greeted again', async () => {
  const { worker, started, serve } = lateWorker();
  const connecting = connectWorker({ worker });
  await new Promise((resolve) => setTimeout(resolve, 20));
  serve();
  expect((await connecting).name).toBe('none');
  expect(started).toHaveBeenCalledOnce();
});

test('a greeting that arrives twice starts one runtime', async () => {
  const { worker, started, serve } = lateWorker();
  serve();
  // The worker says that it listens after the greeting was sent.
  expect((await connectWorker({ worker })).name).toBe('none');
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(started).toHaveBeenCalledOnce();
});

test('another greeting is refused', async () => {
  const { worker, serve } = lateWorker();
  serve();
  const connection = new WorkerConnection(worker);
  await connection.perform({ kind: 'greet', caller: 1, settings: {} });
  await expect(connection.perform({ kind: 'greet', caller: 2, settings: {} })).rejects.toThrow(InvalidInputError);
});

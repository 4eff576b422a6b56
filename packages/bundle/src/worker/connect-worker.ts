// A runtime on another thread. Networks are opened and run in the worker; files are fetched, and exits are decided, on
// this side.

import { InvalidInputError, RuntimeFailureError } from '@ztw/core';
import { packError, type WorkerThread } from '@ztw/core/runtime';
import type { ArrivingNetwork, ClassifierRuntime } from '../load/classifier-runtime.ts';
import { type BundleNetworkSource, describeStage } from '../load/network-source.ts';
import { stageFiles } from '../load/stage-files.ts';
import type { WorkerGreeting } from './messages.ts';
import { remoteModel } from './remote-model.ts';
import { WorkerConnection } from './worker-connection.ts';

export interface ConnectWorkerOptions {
  /**
   * A worker of a browser or of `node:worker_threads`, whose script serves a runtime. From now on it belongs to the
   * networks that are opened in it: when the last one is disposed, it ends.
   */
  readonly worker: WorkerThread;
  /** Plain data for the worker's runtime. */
  readonly settings?: object;
  /** How long the worker may take until its first reply. Default: `workerStartMilliseconds`. */
  readonly startMilliseconds?: number;
}

/** How long a worker may take until its first reply: its script is loaded in that time. */
export const workerStartMilliseconds = 5000;

/** A runtime in a worker. */
export interface WorkerRuntime extends ClassifierRuntime {
  /** Makes a row of an image in the worker; null if the worker does not offer that. */
  readonly prepareImage:
    | ((image: unknown, settings: object, transfer: readonly Transferable[]) => Promise<Float32Array>)
    | null;
  /** Ends the worker. */
  terminate(): Promise<void>;
}

/**
 * Connects to a worker that serves a runtime.
 * @throws RuntimeFailureError if the worker breaks down or does not reply in time; it is then ended.
 */
export async function connectWorker({
  worker,
  settings = {},
  startMilliseconds = workerStartMilliseconds,
}: ConnectWorkerOptions): Promise<WorkerRuntime> {
  const connection = new WorkerConnection(worker);
  const caller = Math.floor(Math.random() * Number.MAX_SAFE_INTEGER);
  try {
    const greeting = await inTime(connection.perform({ kind: 'greet', caller, settings }), startMilliseconds);
    return workerRuntime(connection, greeting as WorkerGreeting);
  } catch (error) {
    await connection.terminate();
    throw error;
  }
}

/** @throws InvalidInputError for anything but a worker. */
export function checkWorker(worker: unknown): asserts worker is WorkerThread {
  const { postMessage, terminate } = (worker ?? {}) as Partial<WorkerThread>;
  if (typeof postMessage === 'function' && typeof terminate === 'function') return;
  throw new InvalidInputError(
    'Expected a Worker; received another value. Pass a function that makes one: () => new Worker(...).',
    { expected: 'a Worker', received: typeof worker, path: 'worker' },
  );
}

function workerRuntime(
  connection: WorkerConnection,
  { name, reads, supports, preparesImages }: WorkerGreeting,
): WorkerRuntime {
  let numbers = 0;
  let networks = 0;
  let open = 0;
  const onClosed = async (): Promise<void> => {
    open -= 1;
    if (open === 0) await connection.terminate();
  };
  return {
    specificationVersion: 'v1',
    name,
    reads,
    supports,
    async start() {
      await connection.perform({ kind: 'start' });
    },
    openNetwork(source) {
      const network = networks++;
      open += 1;
      const { classes, labels = null, inputs } = source;
      const { name: networkName, backboneMacs, stages } = source.network;
      const model = remoteModel({
        connection,
        network,
        description: {
          ...{ name: networkName, classes, labels, inputs, backboneMacs, supports },
          stages: stages.map(describeStage),
        },
        nextNumber: () => ++numbers,
        onClosed,
      });
      return { model, stages: openRemotely(connection, network, source, reads) };
    },
    prepareImage: preparesImages
      ? async (image, settings, transfer) =>
          (await connection.perform({ kind: 'prepare-image', image, settings }, [...transfer])) as Float32Array
      : null,
    terminate: () => connection.terminate(),
  };
}

/** Opens a network in the worker and passes its files on as they arrive. */
function openRemotely(
  connection: WorkerConnection,
  network: number,
  { readFile, ...description }: BundleNetworkSource,
  reads: ClassifierRuntime['reads'],
): ArrivingNetwork['stages'] {
  const opened = connection.perform({ kind: 'open', network, description });
  const { stages } = description.network;
  const paths = new Set(stages.flatMap((stage) => stageFiles(stage, reads)));
  for (const path of paths) {
    readFile(path)
      .then(
        (bytes) => connection.perform({ kind: 'file', network, path, bytes }),
        (error: unknown) => connection.perform({ kind: 'lost-file', network, path, error: packError(error) }),
      )
      // A worker that has ended fails its stages.
      .catch(() => undefined);
  }
  return stages.map(async (_, stageIndex) => {
    await opened;
    await connection.perform({ kind: 'await-stage', network, stageIndex });
  });
}

/** @throws RuntimeFailureError if a worker does not reply in time. */
async function inTime<Value>(reply: Promise<Value>, milliseconds: number): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(
        new RuntimeFailureError(
          `Expected a reply of the worker within ${milliseconds} ms; received none. ` +
            'Its script must call serveClassifier or serveModel. Where it takes longer to load, allow more time.',
          { expected: `a reply within ${milliseconds} ms`, path: 'worker' },
        ),
      );
    }, milliseconds);
  });
  try {
    return await Promise.race([reply, late]);
  } finally {
    clearTimeout(timer);
  }
}

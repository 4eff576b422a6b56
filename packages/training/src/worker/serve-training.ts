// The worker's side: trains heads for new classes on a network that its script loads.
//
//   import '@tensorflow/tfjs-backend-wasm';
//   import * as tf from '@tensorflow/tfjs-core';
//   import { loadLayersModel } from '@tensorflow/tfjs-layers';
//   import { readLayersModel, tensorflowKernels } from '@ztw/runtime-tfjs';
//   import { serveTraining } from '@ztw/training/worker';
//
//   serveTraining({
//     kernels: tensorflowKernels(tf),
//     port: self,
//     loadNetwork: async () => {
//       await tf.setBackend('wasm');
//       return readLayersModel({ tf, model: await loadLayersModel('/models/mobilenet/model.json') });
//     },
//   });

import { type BlobStore, InvalidInputError, RuntimeFailureError, ZtwError } from '@ztw/core';
import { type MathKernels, type MessageEndpoint, onMessage, packError, throwIfAborted } from '@ztw/core/runtime';
import type { TrainableNetwork } from '@ztw/heads';
import { trainNewClasses } from '../personalise/train-new-classes.ts';
import type { TrainingProgress } from '../training/training-progress.ts';
import { checkJob } from './check-job.ts';
import { isTrainingRequest, type TrainingReply, type TrainingRequest } from './training-messages.ts';

export interface ServeTrainingOptions {
  /** Kernels of the backend that `loadNetwork` sets. They are not used before it returns. */
  readonly kernels: MathKernels;
  /** `self` in a browser's worker; `parentPort` of `node:worker_threads` in Node, which is null outside a worker. */
  readonly port: MessageEndpoint | null;
  /** Sets the backend and loads the network. Called at the first training, and again only if it threw. */
  loadNetwork(): Promise<TrainableNetwork>;
  /**
   * Lets a training resume after its worker ended; see `trainNewClasses`. In browsers, `indexedDbBlobStore`. Default:
   * none.
   */
  readonly checkpoints?: BlobStore | null;
}

/** Milliseconds between two reports of the same kind, to spare the caller's thread. */
const reportInterval = 100;

/**
 * Runs the trainings that `trainInWorker` requests over the port, one after the other. Call it before any top-level
 * `await` of the script: a browser drops messages that arrive earlier.
 * @throws InvalidInputError if there is no port: the script was not started as a worker.
 */
export function serveTraining(options: ServeTrainingOptions): void {
  const { port } = options;
  if (port === null) {
    throw new InvalidInputError(
      'Expected a port to the caller of serveTraining; received none. Start this script as a worker.',
      { path: 'port' },
    );
  }
  let loading: Promise<TrainableNetwork> | null = null;
  const network = (): Promise<TrainableNetwork> => {
    loading ??= options.loadNetwork().catch((error: unknown) => {
      loading = null;
      throw error;
    });
    return loading;
  };
  let last: Promise<void> = Promise.resolve();
  onMessage(port, (message) => {
    if (!isTrainingRequest(message)) return;
    const aborting = new AbortController();
    onMessage(message.port, () => aborting.abort());
    last = last.then(() => answer(message, options, network, aborting.signal));
  });
}

async function answer(
  { job, port }: TrainingRequest,
  { kernels, checkpoints = null }: ServeTrainingOptions,
  network: () => Promise<TrainableNetwork>,
  signal: AbortSignal,
): Promise<void> {
  const send = (reply: TrainingReply): void => port.postMessage(reply);
  const onProgress = seldom((event) => send({ kind: 'progress', event }));
  try {
    throwIfAborted(signal, 'training');
    const options = { kernels, job: checkJob(job), network: await network(), checkpoints, onProgress, signal };
    send({ kind: 'trained', result: await trainNewClasses(options).catch(failTyped) });
  } catch (error) {
    send({ kind: 'failed', error: packError(error) });
  }
}

/** Forwards every rare event, and frequent events of each kind only at intervals. */
function seldom(report: (event: TrainingProgress) => void): (event: TrainingProgress) => void {
  const reported = new Map<TrainingProgress['kind'], number>();
  return (event) => {
    const { kind } = event;
    const now = performance.now();
    const isRare = kind === 'cut-done' || kind === 'resumed';
    if (!isRare && now - (reported.get(kind) ?? Number.NEGATIVE_INFINITY) < reportInterval) return;
    reported.set(kind, now);
    report(event);
  };
}

function failTyped(error: unknown): never {
  if (ZtwError.isInstance(error)) throw error;
  const reason = error instanceof Error ? error.message : String(error);
  throw new RuntimeFailureError(`The training failed: ${reason}`, { cause: error });
}

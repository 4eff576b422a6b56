// Training on another thread, which keeps this one responsive:
//
//   const worker = new Worker(new URL('./training-worker.js', import.meta.url), { type: 'module' });
//   const trained = await trainInWorker({ worker, job: { classes: ['cat', 'dog'], training: { rows, labels } } });
//   const model = stageNetwork({ tf, network, ...trained });

import { RuntimeFailureError } from '@ztw/core';
import { onBreakdown, onMessage, throwIfAborted, unpackError, type WorkerThread } from '@ztw/core/runtime';
import type { LabelledRows } from '../data/row-data.ts';
import type { NewClassesJob, NewClassesResult } from '../personalise/new-classes-job.ts';
import type { TrainingProgress } from '../training/training-progress.ts';
import { readTrainingReply, trainingRequest } from './training-messages.ts';

export interface TrainInWorkerOptions {
  /**
   * A worker whose script calls `serveTraining` of `@ztw/training/worker`, in a browser or of `node:worker_threads`.
   * The caller owns it; it can train again, and ending it frees all memory of the training. Abort a running training
   * first: a browser does not report that a worker was ended.
   */
  readonly worker: WorkerThread;
  /** Its rows are copied, and the copies are transferred to the worker. */
  readonly job: NewClassesJob;
  /** Called with the fraction done and the remaining seconds, for each frequent kind at most ten times a second. */
  readonly onProgress?: (event: TrainingProgress) => void;
  /** Stops the training at the next step or batch of rows. The worker stays usable. */
  readonly signal?: AbortSignal;
}

/**
 * Trains heads for new classes in a worker. Several calls on one worker wait for each other.
 * @returns the result of `trainNewClasses`: heads for `stageNetwork`, on this thread or any other.
 * @throws the errors of `trainNewClasses` and of the script's `loadNetwork`; RuntimeFailureError also when the worker
 *   fails.
 */
export async function trainInWorker(options: TrainInWorkerOptions): Promise<NewClassesResult> {
  const { worker, job, onProgress, signal } = options;
  throwIfAborted(signal, 'training');
  const { port1: port, port2: far } = new MessageChannel();
  const training = copyOf(job.training);
  const heldOut = job.heldOut == null ? null : copyOf(job.heldOut);
  const moved = [training, heldOut].flatMap((part) => (part === null ? [] : [part.rows.buffer]));
  const abort = (): void => port.postMessage('abort');
  signal?.addEventListener('abort', abort);
  let stopListening = (): void => {};
  try {
    return await new Promise<NewClassesResult>((resolve, reject) => {
      onMessage(port, (message) => {
        const reply = readTrainingReply(message);
        if (reply === null) return;
        if (reply.kind === 'progress') {
          try {
            onProgress?.(reply.event);
          } catch (error) {
            // As without a worker: an error in `onProgress` ends the training.
            abort();
            reject(error);
          }
        } else if (reply.kind === 'trained') resolve(reply.result);
        else reject(unpackError(reply.error));
      });
      stopListening = onBreakdown(worker, (cause) =>
        reject(new RuntimeFailureError('The training worker failed. Start another one.', { cause })),
      );
      // A port is transferred like a buffer. The types of browsers and of Node share no name for it.
      worker.postMessage(trainingRequest({ ...job, training, heldOut }, far), [
        ...moved,
        far as unknown as ArrayBuffer,
      ]);
    });
  } finally {
    signal?.removeEventListener('abort', abort);
    stopListening();
    port.close();
  }
}

/** Copies the arrays, because a message transfers the whole buffer of a view. */
function copyOf({ rows, labels }: LabelledRows): LabelledRows & { readonly rows: Float32Array<ArrayBuffer> } {
  return { rows: new Float32Array(rows), labels: labels.slice() };
}

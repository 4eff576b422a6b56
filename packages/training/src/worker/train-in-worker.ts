// Training on another thread, so that this one stays free:
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
   * A worker whose script calls `serveTraining` of `@ztw/training/worker`: a browser's, or one of `node:worker_threads`. It stays the
   * caller's and can train again; ending it frees all memory that training took. Abort first where it is training: a browser does not tell
   * that a worker was ended.
   */
  readonly worker: WorkerThread;
  /** Its rows are copied, and the copies moved to the worker. */
  readonly job: NewClassesJob;
  /** With the fraction done and the seconds left; of each frequent kind ten times a second at most. */
  readonly onProgress?: (event: TrainingProgress) => void;
  /** Stops the training at the next step or batch of rows. The worker stays usable. */
  readonly signal?: AbortSignal;
}

/**
 * Trains heads for new classes in a worker; several calls on one worker wait for each other.
 * @returns what `trainNewClasses` gives: heads for `stageNetwork`, on this thread or any other.
 * @throws as `trainNewClasses` and as the script's `loadNetwork`; RuntimeFailureError also when the worker breaks down.
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
            // As in this thread: an error in `onProgress` ends the training.
            abort();
            reject(error);
          }
        } else if (reply.kind === 'trained') resolve(reply.result);
        else reject(unpackError(reply.error));
      });
      stopListening = onBreakdown(worker, (cause) =>
        reject(new RuntimeFailureError('The worker that trains broke down. Start another one.', { cause })),
      );
      // A port moves as a buffer does; the types of browsers and of Node have no name in common for it.
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

/** Arrays of their own: a message takes the whole buffer of a view along. */
function copyOf({ rows, labels }: LabelledRows): LabelledRows & { readonly rows: Float32Array<ArrayBuffer> } {
  return { rows: new Float32Array(rows), labels: labels.slice() };
}

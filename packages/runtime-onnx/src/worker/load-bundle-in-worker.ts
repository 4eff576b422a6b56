// From a bundle to answers, on another thread:
//
//   const worker = new Worker(new URL('./model-worker.js', import.meta.url), { type: 'module' });
//   const { model, ensemble, policyFor } = await loadBundleInWorker({ worker, bundle: reader });
//   const { results } = await classify(model, { data, rows }, { ensemble, policy: policyFor(0.5) });

import { allStages, type BundleSource, type LoadedBundle, loadBundleWith } from '@ztw/bundle';
import { connectWorker } from '@ztw/bundle/worker';
import type { WorkerThread } from '@ztw/core/runtime';
import type { SessionSettings } from '../ort/onnx-runtime.ts';

export interface LoadBundleInWorkerOptions extends SessionSettings {
  /**
   * A worker of a browser or of `node:worker_threads`, whose script calls `serveModel` of `@ztw/runtime-onnx/worker`.
   * From now on it belongs to the model: disposing the model ends it.
   */
  readonly worker: WorkerThread;
  /** An opened bundle, or how to read the files of one: from a folder, an archive or the network. */
  readonly bundle: BundleSource;
}

/**
 * Loads a bundle in a worker, so that this thread stays free while stages run. The result is used like that of
 * `loadBundle`: exits are decided in this thread, and stages run in the worker.
 * @throws as `loadBundle`; RuntimeFailureError also when the worker breaks down or does not reply. A failure ends the
 *   worker.
 */
export async function loadBundleInWorker(options: LoadBundleInWorkerOptions): Promise<LoadedBundle> {
  const { worker, bundle, ...settings } = options;
  const runtime = await connectWorker({ worker, settings });
  try {
    return await loadBundleWith(bundle, (source) => allStages(runtime.openNetwork(source)));
  } catch (error) {
    await runtime.terminate();
    throw error;
  }
}

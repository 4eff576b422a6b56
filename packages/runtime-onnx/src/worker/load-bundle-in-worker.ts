// From a bundle to answers, on another thread:
//
//   const worker = new Worker(new URL('./model-worker.js', import.meta.url), { type: 'module' });
//   const { model, ensemble, policyFor } = await loadBundleInWorker({ worker, bundle: reader });
//   const { results } = await classify(model, { data, rows }, { ensemble, policy: policyFor(0.5) });

import { type Bundle, type BundleSource, completeBundle, type LoadedBundle, openBundle } from '@ztw/bundle';
import type { WorkerThread } from '@ztw/core/runtime';
import type { SessionSettings } from '../ort/onnx-runtime.ts';
import type { ModelDescription } from './messages.ts';
import { remoteModel } from './remote-model.ts';
import { WorkerConnection } from './worker-connection.ts';

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
 * @throws as `loadBundle`; RuntimeFailureError also when the worker breaks down. A failure ends the worker.
 */
export async function loadBundleInWorker(options: LoadBundleInWorkerOptions): Promise<LoadedBundle> {
  const { worker, bundle: source, ...settings } = options;
  const connection = new WorkerConnection(worker);
  try {
    const bundle = typeof source === 'function' ? await openBundle(source) : source;
    const { manifest } = bundle;
    return await completeBundle(manifest, async () => {
      const content = { ...settings, manifest, files: await readStageFiles(bundle) };
      const description = await connection.perform({ kind: 'open', content });
      return remoteModel(description as ModelDescription, connection);
    });
  } catch (error) {
    await connection.terminate();
    throw error;
  }
}

async function readStageFiles({ manifest, file }: Pick<Bundle, 'manifest' | 'file'>): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const { stages } of manifest.networks) {
    for (const { model, weights = [] } of stages) {
      for (const path of [...(model === undefined ? [] : [model]), ...weights]) {
        if (!files.has(path)) files.set(path, await file(path));
      }
    }
  }
  return files;
}

// The worker's side of `loadBundleInWorker`:
//
//   import * as ort from 'onnxruntime-web';
//   import { serveModel } from '@ztw/runtime-onnx/worker';
//   serveModel({ ort, port: self });

import { serveRuntime } from '@ztw/bundle/worker';
import type { MessageEndpoint } from '@ztw/core/runtime';
import { onnx } from '../classifier/onnx.ts';
import type { OnnxRuntime } from '../ort/onnx-runtime.ts';

export interface ServeModelOptions {
  readonly ort: OnnxRuntime;
  /** `self` in a browser's worker; `parentPort` of `node:worker_threads` in Node, which is null outside a worker. */
  readonly port: MessageEndpoint | null;
}

/**
 * Lets `loadBundleInWorker` on the other side of the port load a bundle here and run it.
 * @throws InvalidInputError where the port is null, because the script was not started as a worker.
 */
export function serveModel({ ort, port }: ServeModelOptions): void {
  serveRuntime({ port, runtime: (settings) => onnx(ort, settings) });
}

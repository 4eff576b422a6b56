// The worker's side of `loadClassifier(source, null, { worker })`:
//
//   import { onnx } from '@ztw/runtime-onnx';
//   import * as ort from 'onnxruntime-web/wasm';
//   import { serveClassifier } from 'ztw/worker';
//   serveClassifier(onnx(ort));

import type { ClassifierRuntime } from '@ztw/bundle';
import { serveRuntime } from '@ztw/bundle/worker';
import { InvalidInputError } from '@ztw/core';
import type { MessageEndpoint } from '@ztw/core/runtime';
import { checkRuntime } from '../classifier/load-options.ts';
import { type PrepareSettings, prepareImage } from '../images/prepare-image.ts';
import { webPlatform } from '../platform/web-platform.ts';

/**
 * Runs the stages of a classifier in this worker, and prepares its images.
 * @param port In a browser's worker it is left out; in Node it is `parentPort` of `node:worker_threads`.
 * @throws InvalidInputError for anything but a runtime, or outside a worker.
 */
export function serveClassifier(runtime: ClassifierRuntime, port?: MessageEndpoint | null): void {
  checkRuntime(runtime);
  const own = port === undefined ? (globalThis as unknown as MessageEndpoint) : port;
  if (typeof own?.postMessage !== 'function') {
    throw new InvalidInputError(
      'Expected a script that was started as a worker; received none. ' +
        'In Node, pass the port: serveClassifier(runtime, parentPort) of node:worker_threads.',
      { expected: 'a port', path: 'port' },
    );
  }
  serveRuntime({
    port: own,
    runtime: () => runtime,
    async prepareImage(image, settings) {
      const { preprocessing, what } = settings as PrepareSettings;
      const { channels, height, width } = preprocessing;
      const row = new Float32Array(channels * height * width);
      await prepareImage(image, what, row, preprocessing, webPlatform);
      return row;
    },
  });
}

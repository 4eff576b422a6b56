// What a worker script needs: this entry and an ONNX Runtime.

export { loadBundleInWorker } from './load-bundle-in-worker.ts';
export type { ServeModelOptions } from './serve-model.ts';
export { serveModel } from './serve-model.ts';

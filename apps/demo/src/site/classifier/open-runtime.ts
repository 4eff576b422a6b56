// The two runtimes, on this thread or in a worker. Each is loaded when it is first chosen.

import type { ClassifierRuntime } from 'ztw';

export type RuntimeName = 'onnx' | 'tfjs';

/** Names for people. */
export const runtimeNames: Readonly<Record<RuntimeName, string>> = { onnx: 'ONNX Runtime', tfjs: 'TensorFlow.js' };

/** A runtime that runs on the page's own thread. */
export async function openRuntime(name: RuntimeName): Promise<ClassifierRuntime> {
  switch (name) {
    case 'onnx':
      return (await import('./onnx-runtime.ts')).openOnnxRuntime();
    case 'tfjs':
      return (await import('./tensorflow-runtime.ts')).openTensorflowRuntime();
  }
}

/** A worker that serves a runtime. Bundlers find its script by this form of the call. */
export function startWorker(name: RuntimeName): Worker {
  switch (name) {
    case 'onnx':
      return new Worker(new URL('./onnx-worker.ts', import.meta.url), { type: 'module' });
    case 'tfjs':
      return new Worker(new URL('./tensorflow-worker.ts', import.meta.url), { type: 'module' });
  }
}

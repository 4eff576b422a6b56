// Both ONNX Runtimes, for tests that hold on each. One wasm thread: worker threads would keep the test process alive.

import * as node from 'onnxruntime-node';
import * as web from 'onnxruntime-web';
import type { OnnxRuntime } from '../../src/index.ts';

web.env.wasm.numThreads = 1;

export const runtimes: readonly { readonly name: string; readonly ort: OnnxRuntime }[] = [
  { name: 'onnxruntime-web', ort: web },
  { name: 'onnxruntime-node', ort: node },
];

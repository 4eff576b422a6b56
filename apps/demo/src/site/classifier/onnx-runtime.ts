import { onnx } from '@ztw/runtime-onnx';
import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import * as ort from 'onnxruntime-web/wasm';
import type { ClassifierRuntime } from 'ztw';

/** ONNX Runtime on WebAssembly, on one thread: more would need headers that a static page cannot set. */
export function openOnnxRuntime(): ClassifierRuntime {
  ort.env.wasm.wasmPaths = { wasm };
  ort.env.wasm.numThreads = 1;
  return onnx(ort);
}

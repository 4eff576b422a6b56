import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threaded from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import * as tf from '@tensorflow/tfjs-core';
import type { ClassifierRuntime } from 'ztw';
import { tfjs } from '@ztw/runtime-tfjs';

/** TensorFlow.js on WebAssembly. */
export async function openTensorflowRuntime(): Promise<ClassifierRuntime> {
  setWasmPaths({
    'tfjs-backend-wasm.wasm': plain,
    'tfjs-backend-wasm-simd.wasm': simd,
    'tfjs-backend-wasm-threaded-simd.wasm': threaded,
  });
  tf.env().set('PROD', true);
  await tf.setBackend('wasm');
  await tf.ready();
  return tfjs(tf);
}

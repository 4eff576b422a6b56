import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import type { ClassifierRuntime } from '@ztw/bundle';
import { onnx } from '@ztw/runtime-onnx';
import { tfjs } from '@ztw/runtime-tfjs';
import * as ort from 'onnxruntime-web';

tf.enableProdMode();
await tf.setBackend('wasm');
ort.env.wasm.numThreads = 1;

/** Both runtimes, as a user passes them. */
export const runtimes: readonly { readonly name: string; readonly runtime: ClassifierRuntime }[] = [
  { name: 'ONNX Runtime', runtime: onnx(ort) },
  { name: 'TensorFlow.js', runtime: tfjs(tf) },
];

export { ort, tf };

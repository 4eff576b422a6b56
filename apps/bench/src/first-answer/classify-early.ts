// The runtime and the first stage side by side, and an answer as soon as both are in.

import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { tfjs } from '@ztw/runtime-tfjs';
import { loadClassifier } from 'ztw';

/** @returns milliseconds after the start of the page: of the first answer, and of the last stage's arrival. */
export async function classifyEarly(): Promise<{ readonly firstAnswer: number; readonly complete: number }> {
  setWasmPaths('/');
  // Not awaited: `loadClassifier` fetches the bundle while the backend starts.
  tf.setBackend('wasm');
  const classifier = await loadClassifier('/bundle/', tfjs(tf), { cache: false });
  await classifier.classify(new Float32Array(784), { threshold: 0 });
  const firstAnswer = performance.now();
  await classifier.ready;
  return { firstAnswer, complete: performance.now() };
}

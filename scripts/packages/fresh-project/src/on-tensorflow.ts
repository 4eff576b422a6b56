import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threaded from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import * as tf from '@tensorflow/tfjs-core';
import { tfjs } from '@ztw/runtime-tfjs';
import { loadClassifier } from 'ztw';

export async function answerOnTensorflow(
  photo: Blob,
): Promise<{ label: string | null; exit: number; probability: number }> {
  setWasmPaths({
    'tfjs-backend-wasm.wasm': plain,
    'tfjs-backend-wasm-simd.wasm': simd,
    'tfjs-backend-wasm-threaded-simd.wasm': threaded,
  });
  await tf.setBackend('wasm');
  const classifier = await loadClassifier('/bundle/', tfjs(tf));
  const { label, exit, probability } = await classifier.classify(photo, { budget: 0.5 });
  return { label, exit, probability };
}

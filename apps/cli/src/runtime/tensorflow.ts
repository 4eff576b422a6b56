// TensorFlow.js on WebAssembly, as the trainer needs it.

import { RuntimeFailureError } from '@ztw/core';

export type Tensorflow = typeof import('@tensorflow/tfjs-core');

/** @throws RuntimeFailureError when the WebAssembly backend does not start. */
export async function loadTensorflow(): Promise<Tensorflow> {
  const tf = await import('@tensorflow/tfjs-core');
  await import('@tensorflow/tfjs-backend-wasm');
  // Its advice to install tfjs-node, and the like, is for people who write programs with it.
  tf.env().set('PROD', true);
  if (!(await tf.setBackend('wasm'))) {
    throw new RuntimeFailureError('the WebAssembly backend of TensorFlow.js did not start; training needs it');
  }
  await tf.ready();
  return tf;
}

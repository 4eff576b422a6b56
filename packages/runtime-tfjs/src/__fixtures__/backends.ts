import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

// Turns off the cpu backend's advice to install a native one.
tf.enableProdMode();

/** The backends that tests run on. */
export const backends = ['cpu', 'wasm'] as const;

/** TensorFlow.js with a backend set and ready. */
export async function tensorflowOn(backend: (typeof backends)[number]): Promise<typeof tf> {
  await tf.setBackend(backend);
  await tf.ready();
  return tf;
}

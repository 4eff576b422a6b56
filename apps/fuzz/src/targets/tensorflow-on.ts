import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

// The cpu backend advises to install a native one.
tf.enableProdMode();

/** TensorFlow.js with a backend set. Targets in one process take turns, so each sets its own before each input. */
export async function tensorflowOn(backend: 'cpu' | 'wasm'): Promise<typeof tf> {
  await tf.setBackend(backend);
  await tf.ready();
  return tf;
}

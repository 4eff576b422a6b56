import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { type Classification, classify, type InputBatch } from '@ztw/core';
import { loadBundle } from '@ztw/runtime-tfjs';

/** The same on TensorFlow.js: only the imports and one option differ. */
export async function runOnTensorflow(folder: string, input: InputBatch): Promise<Classification> {
  await tf.setBackend('wasm');
  await using loaded = await loadBundle({ tf, bundle: (path) => readFile(join(folder, path)) });
  return await classify(loaded.model, input, { ensemble: loaded.ensemble, policy: loaded.policyFor(0.5) });
}

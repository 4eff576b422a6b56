// A worker script as a user writes it, for Node.

import { parentPort } from 'node:worker_threads';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { tfjs } from '@ztw/runtime-tfjs';
import { serveClassifier } from '../../src/worker/index.ts';

await tf.setBackend('wasm');
serveClassifier(tfjs(tf), parentPort);

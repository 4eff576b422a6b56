// After: the runtime and the first stage side by side, and an answer as soon as both are in.

import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { tfjs } from '@ztw/runtime-tfjs';
import { loadClassifier } from 'ztw';

setWasmPaths('/');
// Not awaited: `loadClassifier` fetches the bundle while the backend starts.
tf.setBackend('wasm');
const classifier = await loadClassifier('/bundle/', tfjs(tf), { cache: false });
await classifier.classify(new Float32Array(784), { threshold: 0 });
const firstAnswer = performance.now();
await classifier.ready;
Object.assign(globalThis, { firstAnswer, complete: performance.now() });

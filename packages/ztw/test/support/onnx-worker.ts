// A worker script as a user writes it, for Node.

import { parentPort } from 'node:worker_threads';
import { onnx } from '@ztw/runtime-onnx';
import * as ort from 'onnxruntime-web';
import { serveClassifier } from '../../src/worker/index.ts';

ort.env.wasm.numThreads = 1;
serveClassifier(onnx(ort), parentPort);

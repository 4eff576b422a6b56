// The script of the worker: it runs stages on the native ONNX Runtime.

import { parentPort } from 'node:worker_threads';
import { serveModel } from '@ztw/runtime-onnx/worker';
import * as ort from 'onnxruntime-node';

serveModel({ ort, port: parentPort });

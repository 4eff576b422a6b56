// A worker script as a user writes it, for Node.

import { parentPort } from 'node:worker_threads';
import * as ort from 'onnxruntime-node';
import { serveModel } from '../../src/worker/index.ts';

serveModel({ ort, port: parentPort });

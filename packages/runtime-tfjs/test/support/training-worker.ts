// A worker script as a user writes it, for Node.

import { parentPort } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs-core';
import { tensorflowOn } from '../../src/__fixtures__/backends.ts';
import { smallLayersModel } from '../../src/__fixtures__/tensorflow-networks.ts';
import { readLayersModel } from '../../src/index.ts';
import { serveTraining } from '../../src/worker/index.ts';

serveTraining({
  tf,
  port: parentPort,
  loadNetwork: async () => readLayersModel({ tf: await tensorflowOn('wasm'), model: smallLayersModel() }),
});

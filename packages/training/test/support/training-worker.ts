// A worker script as a user writes it, for Node.

import { parentPort } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs-core';
import { readLayersModel, tensorflowKernels } from '@ztw/runtime-tfjs';
import { tensorflowOn } from '../../../runtime-tfjs/src/__fixtures__/backends.ts';
import { smallLayersModel } from '../../../runtime-tfjs/src/__fixtures__/tensorflow-networks.ts';
import { serveTraining } from '../../src/worker/index.ts';

serveTraining({
  kernels: tensorflowKernels(tf),
  port: parentPort,
  loadNetwork: async () => readLayersModel({ tf: await tensorflowOn('wasm'), model: smallLayersModel() }),
});

// A worker script as a user writes it, for browsers.

import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import type { MessageEndpoint } from '@ztw/core/runtime';
import { readLayersModel, tensorflowKernels } from '@ztw/runtime-tfjs';
import { indexedDbBlobStore } from '@ztw/training';
import { smallLayersModel } from '../../../runtime-tfjs/src/__fixtures__/tensorflow-networks.ts';
import { serveTraining } from '../../src/worker/index.ts';

serveTraining({
  kernels: tensorflowKernels(tf),
  // The types of pages know no other global scope than a page's.
  port: self as unknown as MessageEndpoint,
  checkpoints: indexedDbBlobStore('checkpoints'),
  async loadNetwork() {
    setWasmPaths('/tensorflow-wasm/');
    await tf.setBackend('wasm');
    return readLayersModel({ tf, model: smallLayersModel() });
  },
});

// For the test: how many tensors there are here, whatever the training says.
self.addEventListener('message', ({ data }) => {
  if (data === 'tensors') self.postMessage(tf.memory().numTensors);
});

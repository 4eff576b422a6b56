// Runs inside the browser: loads the programs of a network over HTTP onto the backend that the test names.

import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-webgl';
import '@tensorflow/tfjs-backend-webgpu';
import { runAllExits, type StagedModel } from '@ztw/core';
import { denseInput, rowSize } from '@ztw/core/runtime';
import { exposeConformance, fetchBytes } from '../../../core/test/browser/expose-conformance.ts';
import { loadNetwork } from '../../src/index.ts';
import type { ServedNetwork } from './served-network.ts';

setWasmPaths('/tensorflow-wasm/');

exposeConformance(async ({ runtime, network: name }) => {
  const backend = runtime.split(' ').at(-1) ?? '';
  const reason = await start(backend);
  if (reason !== null) return reason;
  const text = new TextDecoder().decode(await fetchBytes(`/${name}/network.json`));
  const { network, whole, classes, inputs } = JSON.parse(text) as ServedNetwork;
  const readFile = (path: string): Promise<Uint8Array> => fetchBytes(`/${name}/files/${path}`);
  const data = new Float32Array((await fetchBytes(`/${name}/rows.f32`)).buffer as ArrayBuffer);
  const afterLoad = new WeakMap<StagedModel, number>();
  return {
    name: `${runtime}, ${name}`,
    supports: { parallelRuns: true, featureMemory: 'device', concatRows: true, inputTypes: ['float32', 'int32'] },
    input: { data, rows: data.length / rowSize(denseInput({ inputs }).rowShape) },
    async create() {
      const model = await loadNetwork({ tf, network, readFile, classes, inputs });
      afterLoad.set(model, tf.memory().numTensors);
      return model;
    },
    async wholeLogits(input) {
      const model = await loadNetwork({ tf, network: whole, readFile, classes, inputs });
      const [logits] = await runAllExits(model, input);
      await model[Symbol.asyncDispose]();
      return logits as Float32Array;
    },
    // All tensors but the weights.
    liveFeatures: (model) => tf.memory().numTensors - (afterLoad.get(model) ?? 0),
    ...(backend === 'wasm' ? {} : { tolerance: { absolute: 1e-4, relative: 1e-4 } }),
  };
});

/** @returns why the backend does not start here; null where it did. */
async function start(backend: string): Promise<string | null> {
  try {
    if (!(await tf.setBackend(backend))) return `this browser offers no ${backend}`;
    await tf.ready();
    return null;
  } catch (error) {
    return `this browser offers no ${backend}: ${error instanceof Error ? error.message : error}`;
  }
}

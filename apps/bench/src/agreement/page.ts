// Runs inside the browser: one runtime classifies rows that the page fetches.

import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-backend-webgl';
import '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';
import type { StagedModel } from '@ztw/core';
import { denseInput, rowSize } from '@ztw/core/runtime';
import { loadNetwork as loadOnnxNetwork } from '@ztw/runtime-onnx';
import { loadNetwork } from '@ztw/runtime-tfjs';
import { fetchBytes } from '../../../../packages/core/test/browser/expose-conformance.ts';
import type { AgreementJob, Answers } from './agreement-job.ts';
import { answerRows } from './answer-rows.ts';

const readFile = (path: string): Promise<Uint8Array> => fetchBytes(`/files/${path}`);

async function open(runtime: 'onnx' | 'tensorflow', backend: string, job: AgreementJob): Promise<StagedModel> {
  if (runtime === 'onnx') {
    const ort = await (backend === 'webgpu' ? import('onnxruntime-web/webgpu') : import('onnxruntime-web/wasm'));
    ort.env.wasm.numThreads = 1;
    return loadOnnxNetwork({ ort, executionProviders: [backend], ...job, readFile });
  }
  setWasmPaths('/tensorflow-wasm/');
  if (!(await tf.setBackend(backend)))
    throw new Error(`Expected the backend ${backend}; this browser does not offer it.`);
  await tf.ready();
  return loadNetwork({ tf, ...job, readFile });
}

async function answer(runtime: 'onnx' | 'tensorflow', backend: string, rows: number): Promise<Answers> {
  const job = JSON.parse(new TextDecoder().decode(await fetchBytes('/job.json'))) as AgreementJob;
  const data = new Float32Array((await fetchBytes('/rows.f32')).buffer as ArrayBuffer);
  return answerRows(await open(runtime, backend, job), job, data.subarray(0, rows * rowSize(denseInput(job).rowShape)));
}

Object.assign(globalThis, { answer });

// What runs inside the browser: a bundle is loaded over HTTP as a user would load it, and its model goes through the
// conformance kit.

import { rowSize } from '@ztw/core';
import { type ConformanceSubject, formatConformance, runConformance } from '@ztw/core/testing';
import { loadBundle, type OnnxRuntime, wholeModel } from '../../src/index.ts';

/** The builds of onnxruntime-web: plain WebAssembly, and the default one, which can suspend WebAssembly for WebGPU. */
const builds: Readonly<Record<string, () => Promise<OnnxRuntime>>> = {
  'onnxruntime-web/wasm': () => import('onnxruntime-web/wasm'),
  'onnxruntime-web': () => import('onnxruntime-web'),
};

/** What the page tells the test, all JSON-safe. */
export interface PageReport {
  readonly userAgent: string;
  readonly table: string;
  readonly passed: number;
  /** Names of the cases that failed. */
  readonly failed: readonly string[];
}

async function read(path: string): Promise<Uint8Array> {
  const response = await fetch(path);
  if (!response.ok) {
    throw new Error(`${path}: ${response.status} ${response.statusText}`);
  }
  return new Uint8Array(await response.arrayBuffer());
}

async function runInBrowser(build: string): Promise<PageReport> {
  const open = builds[build];
  if (open === undefined) {
    throw new Error(`no such build: ${build}`);
  }
  const ort = await open();
  ort.env.wasm.numThreads = 1;
  const load = () => loadBundle({ ort, bundle: (path) => read(`/bundle/${path}`) });
  const { model } = await load();
  const { inputShape, classes, supports } = model;
  await model[Symbol.asyncDispose]();
  const data = new Float32Array((await read('/rows.f32')).buffer);
  const rows = data.length / rowSize(inputShape);
  const whole = await wholeModel({ ort, bytes: await read('/whole.onnx'), inputShape, classes });
  const subject: ConformanceSubject = {
    name: `${build}, Chromium`,
    supports,
    input: { data, rows },
    create: async () => (await load()).model,
    wholeLogits: (input) => whole.runWhole(input),
  };
  const outcomes = await runConformance(subject);
  await whole[Symbol.asyncDispose]();
  return {
    userAgent: navigator.userAgent,
    table: formatConformance(outcomes),
    passed: outcomes.filter(({ status }) => status === 'pass').length,
    failed: outcomes.filter(({ status }) => status === 'fail').map(({ name }) => name),
  };
}

Object.assign(globalThis, { runInBrowser });

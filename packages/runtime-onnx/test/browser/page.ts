// What runs inside the browser: a bundle is loaded over HTTP as a user would load it, and its model goes through the
// conformance kit.

import { denseInput, rowSize } from '@ztw/core/runtime';
import { exposeConformance, fetchBytes } from '../../../core/test/browser/expose-conformance.ts';
import { loadBundle, type OnnxRuntime, wholeModel } from '../../src/index.ts';

interface Runtime {
  readonly open: () => Promise<OnnxRuntime>;
  readonly executionProviders: readonly string[];
}

/** The builds of onnxruntime-web: plain WebAssembly, and those that can suspend WebAssembly for WebGPU. */
const runtimes: Readonly<Record<string, Runtime>> = {
  'onnxruntime-web wasm': { open: () => import('onnxruntime-web/wasm'), executionProviders: ['wasm'] },
  'onnxruntime-web wasm (default build)': { open: () => import('onnxruntime-web'), executionProviders: ['wasm'] },
  'onnxruntime-web webgpu': { open: () => import('onnxruntime-web/webgpu'), executionProviders: ['webgpu'] },
};

exposeConformance(async ({ runtime, network }) => {
  const known = runtimes[runtime];
  if (known === undefined) throw new Error(`no such runtime: ${runtime}`);
  const { executionProviders } = known;
  if (executionProviders.includes('webgpu') && (await findAdapter()) === null) {
    return 'this browser offers no WebGPU adapter';
  }
  const ort = await known.open();
  ort.env.wasm.numThreads = 1;
  const load = () =>
    loadBundle({ ort, executionProviders, bundle: (path) => fetchBytes(`/${network}/bundle/${path}`) });
  const { model } = await load();
  const { classes, supports } = model;
  const inputShape = denseInput(model).rowShape;
  await model[Symbol.asyncDispose]();
  const data = new Float32Array((await fetchBytes(`/${network}/rows.f32`)).buffer as ArrayBuffer);
  const bytes = await fetchBytes(`/${network}/whole.onnx`);
  const whole = await wholeModel({ ort, executionProviders, bytes, inputShape, classes });
  return {
    name: `${runtime}, ${network}`,
    supports,
    input: { data, rows: data.length / rowSize(inputShape) },
    create: async () => (await load()).model,
    wholeLogits: (input) => whole.runWhole(input),
    ...(executionProviders.includes('webgpu') ? { tolerance: { absolute: 1e-4, relative: 1e-4 } } : {}),
  };
});

async function findAdapter(): Promise<unknown> {
  const { gpu } = navigator as { gpu?: { requestAdapter(): Promise<unknown> } };
  return (await gpu?.requestAdapter()) ?? null;
}

// Runs models with onnxruntime-web in tests: a probe, and a plain call from named arrays to named arrays.

import type { GraphProbe, ProbedTensor } from '@ztw/core/runtime';
import * as ort from 'onnxruntime-web';

ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'fatal';

const smallTensor = 64;

/** A graph probe that is as plain as can be. */
export const wasmProbe: GraphProbe = async (model, inputs) => {
  const session = await ort.InferenceSession.create(model, { graphOptimizationLevel: 'disabled', logSeverityLevel: 4 });
  try {
    const feeds = Object.fromEntries(
      inputs.map(({ name, dims }) => {
        const data = new Float32Array(dims.reduce((product, dim) => product * dim, 1));
        return [name, new ort.Tensor('float32', data, dims)];
      }),
    );
    const results = await session.run(feeds);
    return new Map(Object.entries(results).map(([name, tensor]) => [name, probed(tensor)]));
  } finally {
    await session.release();
  }
};

function probed(tensor: ort.Tensor): ProbedTensor {
  const whole = tensor.type === 'int64' || tensor.type === 'int32' || tensor.type === 'bool';
  const values = whole && tensor.size <= smallTensor ? Array.from(tensor.data as Int32Array, Number) : null;
  return { dims: tensor.dims, type: tensor.type, values: values?.every(Number.isSafeInteger) ? values : null };
}

export interface NamedArray {
  readonly dims: readonly number[];
  readonly data: Float32Array | Uint16Array;
}

/** Runs a whole ONNX file once. */
export async function runModel(
  bytes: Uint8Array,
  inputs: Readonly<Record<string, NamedArray>>,
): Promise<Record<string, NamedArray>> {
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 4 });
  try {
    return await runSession(session, inputs);
  } finally {
    await session.release();
  }
}

export async function runSession(
  session: ort.InferenceSession,
  inputs: Readonly<Record<string, NamedArray>>,
): Promise<Record<string, NamedArray>> {
  const feeds = Object.fromEntries(
    Object.entries(inputs).map(([name, { dims, data }]) => {
      const tensor =
        data instanceof Uint16Array
          ? new ort.Tensor('float16', data, [...dims])
          : new ort.Tensor('float32', data, [...dims]);
      return [name, tensor];
    }),
  );
  const results = await session.run(feeds);
  return Object.fromEntries(
    Object.entries(results).map(([name, { dims, data }]) => [name, { dims, data: data as Float32Array }]),
  );
}

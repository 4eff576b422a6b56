// Finds the shapes of a graph's tensors: the graph runs once on zeros, with the optimiser off.

import { UnsupportedModelError } from '@ztw/core';
import { type GraphProbe, type ProbedTensor, rowSize } from '@ztw/core/runtime';
import type { Tensor } from 'onnxruntime-common';
import type { OnnxRuntime, SessionSettings } from '../ort/onnx-runtime.ts';
import { openSession } from '../ort/ort-session.ts';

/** Tensors with more elements than this never decide a shape. */
const mostShapeElements = 64;

const zeros: Readonly<Record<string, (length: number) => Tensor.DataTypeMap[Tensor.Type]>> = {
  float32: (length) => new Float32Array(length),
  float64: (length) => new Float64Array(length),
  float16: (length) => new Uint16Array(length),
  int8: (length) => new Int8Array(length),
  int16: (length) => new Int16Array(length),
  int32: (length) => new Int32Array(length),
  int64: (length) => new BigInt64Array(length),
  uint8: (length) => new Uint8Array(length),
  uint16: (length) => new Uint16Array(length),
  uint32: (length) => new Uint32Array(length),
  uint64: (length) => new BigUint64Array(length),
  bool: (length) => new Uint8Array(length),
};

export interface GraphProbeOptions extends SessionSettings {
  readonly ort: OnnxRuntime;
}

/**
 * Makes a graph probe of an ONNX Runtime.
 * A JavaScript number cannot hold every integer beyond 2^53. Tensors with such a value report `values: null`.
 * @returns a {@link GraphProbe}; it throws UnsupportedModelError for inputs or outputs that are not plain tensors,
 *   RuntimeFailureError when ONNX Runtime refuses the model.
 */
export function createGraphProbe(options: GraphProbeOptions): GraphProbe {
  const { ort, ...settings } = options;
  return async (model, inputs) => {
    const session = await openSession(
      ort,
      model,
      { ...settings, sessionOptions: { graphOptimizationLevel: 'disabled', ...settings.sessionOptions } },
      'the probed graph',
    );
    try {
      for (const output of session.outputMetadata ?? []) {
        if (!output.isTensor) {
          throw new UnsupportedModelError(
            `Expected a tensor as output "${output.name}"; received a sequence, map or optional value. ` +
              'Choose outputs that are tensors: only they can be cut or returned.',
            { expected: 'tensor', path: output.name },
          );
        }
      }
      const feeds = Object.fromEntries(inputs.map((input) => [input.name, zeroTensor(ort, input)]));
      const results = await session.run(feeds, session.outputNames);
      return new Map(Object.entries(results).map(([name, tensor]) => [name, probed(tensor)]));
    } finally {
      await session.release();
    }
  };
}

function zeroTensor(
  ort: OnnxRuntime,
  input: { readonly name: string; readonly type: string; readonly dims: readonly number[] },
): Tensor {
  const make = zeros[input.type];
  if (make === undefined) {
    throw new UnsupportedModelError(
      `Expected numbers or booleans as input "${input.name}"; received the element type ${input.type}. ` +
        'Use a network without such inputs.',
      { expected: Object.keys(zeros), received: input.type, path: input.name },
    );
  }
  return new ort.Tensor(input.type as Tensor.Type, make(rowSize(input.dims)), input.dims);
}

function probed(tensor: Tensor): ProbedTensor {
  return {
    dims: [...tensor.dims],
    type: tensor.type,
    values: tensor.size <= mostShapeElements ? valuesOf(tensor) : null,
  };
}

function valuesOf(tensor: Tensor): readonly number[] | null {
  if (tensor.type.startsWith('float') || tensor.type === 'string') {
    return null;
  }
  const values = Array.from(tensor.data as ArrayLike<number | bigint>, Number);
  return values.every(Number.isSafeInteger) ? values : null;
}

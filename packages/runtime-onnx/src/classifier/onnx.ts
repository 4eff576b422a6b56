// ONNX Runtime as a value, for `loadClassifier` of the package `ztw`.

import type { ClassifierRuntime } from '@ztw/bundle';
import { InvalidInputError } from '@ztw/core';
import type { OnnxRuntime, SessionSettings } from '../ort/onnx-runtime.ts';
import { openSession } from '../ort/ort-session.ts';
import { openNetwork } from '../staged/load-network.ts';
import { onnxSupport } from '../staged/onnx-staged-model.ts';
import { warmUpModel } from './warm-up-model.ts';

/**
 * ONNX Runtime as a way to run classifiers.
 * @param ort The whole module: `import * as ort from 'onnxruntime-web/wasm'`, or `onnxruntime-node`.
 * @throws InvalidInputError for anything else.
 *
 * @example
 * const classifier = await loadClassifier('/bundle/', onnx(ort));
 */
export function onnx(ort: OnnxRuntime, settings: SessionSettings = {}): ClassifierRuntime {
  checkRuntime(ort);
  return {
    specificationVersion: 'v1',
    name: 'onnxruntime',
    reads: 'model',
    supports: onnxSupport,
    async start() {
      const session = await openSession(ort, warmUpModel, settings, 'the start of ONNX Runtime');
      await session.release();
    },
    openNetwork: (source) => openNetwork({ ort, ...settings, ...source }),
  };
}

function checkRuntime(ort: unknown): asserts ort is OnnxRuntime {
  const { InferenceSession, Tensor } = (ort ?? {}) as Partial<OnnxRuntime>;
  if (typeof InferenceSession?.create === 'function' && typeof Tensor === 'function') return;
  const received = ort === null || ort === undefined ? String(ort) : 'another value';
  throw new InvalidInputError(
    `Expected the module of ONNX Runtime in onnx(ort); received ${received}. ` +
      "Import it as a whole: import * as ort from 'onnxruntime-web/wasm' (or 'onnxruntime-node').",
    { expected: 'the module of ONNX Runtime', received, path: 'ort' },
  );
}

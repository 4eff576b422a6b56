// The part of ONNX Runtime that this package uses. You pass the module in: `onnxruntime-web` in browsers and Node, or
// `onnxruntime-node` in Node. This package never imports either, and never asks which of the two it got.

import type { InferenceSession } from 'onnxruntime-common';

/**
 * The part of an ONNX Runtime module that is used. Pass the whole module: `import * as ort from 'onnxruntime-web'` (or
 * `-node`).
 */
export type OnnxRuntime = Pick<typeof import('onnxruntime-common'), 'InferenceSession' | 'Tensor' | 'env'>;

/** How sessions are made. */
export interface SessionSettings {
  /**
   * Threads of one session. Default 1, because every session of `onnxruntime-node` has its own pool of spinning
   * threads, and a staged network has many sessions. On the web all sessions share one pool. ONNX Runtime reads its
   * size once, before the first session of the page. A value given here is written to `ort.env.wasm.numThreads`;
   * without one, that setting is left unchanged.
   */
  readonly threads?: number;
  /** ONNX Runtime's execution providers, best first. Default `['cpu']`, which is WebAssembly on the web. */
  readonly executionProviders?: readonly InferenceSession.ExecutionProviderConfig[];
  /** Any other session option of ONNX Runtime. It overrides what this package sets. */
  readonly sessionOptions?: InferenceSession.SessionOptions;
}

/** The defaults of `SessionSettings`. */
export const defaultSessionSettings: Required<SessionSettings> = {
  threads: 1,
  executionProviders: ['cpu'],
  sessionOptions: {},
};

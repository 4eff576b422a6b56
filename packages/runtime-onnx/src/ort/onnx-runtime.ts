// What this package needs of ONNX Runtime. The module itself is always handed in: `onnxruntime-web` in browsers and
// Node, `onnxruntime-node` in Node. Nothing here imports it, and nothing asks which of the two it is.

import type { InferenceSession } from 'onnxruntime-common';

/**
 * The part of an ONNX Runtime module that is used: pass `import * as ort from 'onnxruntime-web'` (or `-node`) as it is.
 */
export type OnnxRuntime = Pick<typeof import('onnxruntime-common'), 'InferenceSession' | 'Tensor' | 'env'>;

/** How sessions are made. */
export interface SessionSettings {
  /**
   * Threads of one session. Default 1: every session of `onnxruntime-node` has its own pool of spinning threads, and a
   * staged network has many sessions. On the web all sessions share one pool, whose size ONNX Runtime reads once,
   * before the first session of the page: a value given here is written to `ort.env.wasm.numThreads`; without one that
   * is left as it is.
   */
  readonly threads?: number;
  /** ONNX Runtime's execution providers, best first. Default `['cpu']`, which is WebAssembly on the web. */
  readonly executionProviders?: readonly InferenceSession.ExecutionProviderConfig[];
  /** Anything else that ONNX Runtime takes; wins over what this package sets. */
  readonly sessionOptions?: InferenceSession.SessionOptions;
}

/** Used where a setting is left out. */
export const defaultSessionSettings: Required<SessionSettings> = {
  threads: 1,
  executionProviders: ['cpu'],
  sessionOptions: {},
};

export const loadingRuntimes = ['node', 'wasm', 'tfjs'] as const;

/** onnxruntime-node, onnxruntime-web, or TensorFlow.js on its WebAssembly backend. */
export type LoadingRuntime = (typeof loadingRuntimes)[number];

/** What loading a bundle takes. */
export interface LoadMeasurement {
  readonly milliseconds: number;
  /** Peak of the process's memory while loading, over that before. */
  readonly megabytes: number;
}

/** Shape of one row, without the batch axis. Maps are channels-first: `[channels, height, width]`. */
export type RowShape = readonly number[];

/** One named tensor of learned values, in the canonical layout (ONNX/PyTorch: OIHW, `[out, in]`). */
export interface Parameter {
  readonly shape: readonly number[];
  /** Row-major float32. */
  readonly data: Float32Array;
}

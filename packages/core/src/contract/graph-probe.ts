// How onnx-graph learns shapes without knowing a runtime: somebody else runs the graph once and says what came out.

export interface ProbedTensor {
  readonly dims: readonly number[];
  /** ONNX Runtime's name of the element type: `float32`, `int64`, `bool`, ... */
  readonly type: string;
  /** Values of small integer and boolean tensors (at most 64 elements), which decide shapes; null for all others. */
  readonly values: readonly number[] | null;
}

/**
 * Runs an ONNX model on zeros and reports every output tensor by name.
 * @param model A complete ONNX file, all of whose tensors of interest are outputs.
 * @param inputs Name, element type and full dims (with the batch axis) of each input to feed.
 */
export type GraphProbe = (
  model: Uint8Array,
  inputs: readonly { readonly name: string; readonly type: string; readonly dims: readonly number[] }[],
) => Promise<ReadonlyMap<string, ProbedTensor>>;

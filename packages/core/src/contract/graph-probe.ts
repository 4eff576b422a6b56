// How onnx-graph learns shapes without a runtime: the caller runs the graph once and reports its outputs.

export interface ProbedTensor {
  readonly dims: readonly number[];
  /** Element type as ONNX Runtime names it: `float32`, `int64`, `bool`, ... */
  readonly type: string;
  /** Values of small integer and boolean tensors (at most 64 elements), which determine shapes; null for all others. */
  readonly values: readonly number[] | null;
}

/**
 * Runs an ONNX model on zeros and reports every output tensor by name.
 * @param model A complete ONNX file whose outputs are the tensors of interest.
 * @param inputs Name, element type and full dims (with the batch axis) of each input to feed.
 */
export type GraphProbe = (
  model: Uint8Array,
  inputs: readonly { readonly name: string; readonly type: string; readonly dims: readonly number[] }[],
) => Promise<ReadonlyMap<string, ProbedTensor>>;

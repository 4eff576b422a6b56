import type { GraphProto, ModelProto } from 'onnx-buf';

/** An ONNX file in memory, decoded and checked, or newly written. It is immutable: a rewrite builds new messages. */
export interface OnnxModel {
  readonly proto: ModelProto;
  readonly graph: GraphProto;
  /** Version of the default operator set (`ai.onnx`), which all emitted stages keep. */
  readonly opset: number;
}

import { toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from 'onnx-buf';
import type { OnnxModel } from './onnx-model.ts';

/** Encodes a model as an ONNX file, including unknown fields that `readModel` kept. */
export function writeModel(model: OnnxModel): Uint8Array {
  return toBinary(ModelProtoSchema, model.proto);
}

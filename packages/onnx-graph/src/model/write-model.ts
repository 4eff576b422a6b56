import { toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from 'onnx-buf';
import type { OnnxModel } from './onnx-model.ts';

/** Encodes a model as an ONNX file, with every field that `readModel` found, known or not. */
export function writeModel(model: OnnxModel): Uint8Array {
  return toBinary(ModelProtoSchema, model.proto);
}

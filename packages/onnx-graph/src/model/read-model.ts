import { fromBinary } from '@bufbuild/protobuf';
import { InvalidModelError, UnsupportedModelError } from '@ztw/core';
import { type ModelProto, ModelProtoSchema } from 'onnx-buf';
import { checkTensor } from './check-tensor.ts';
import type { OnnxModel } from './onnx-model.ts';
import { walkTensors } from './walk-tensors.ts';

/** The newest default operator set that is understood: ONNX Runtime 1.30's. */
export const newestOpset = 26;
/** The oldest one: broadcasting works by today's rules only from here. */
export const oldestOpset = 7;
/** The newest file format (IR) version that is understood. */
export const newestIrVersion = 13;

/**
 * Decodes an ONNX file and checks everything that can be checked without running it.
 * Unknown fields are kept, so that `writeModel` gives back what was read.
 * @param bytes The whole file.
 * @throws InvalidModelError for bytes that are no ONNX file, a truncated file, an empty graph, weights in another file,
 *   NaN in weights, a version too new; UnsupportedModelError for an opset below 7.
 */
export function readModel(bytes: Uint8Array): OnnxModel {
  const proto = decode(bytes);
  const graph = proto.graph;
  if (graph === undefined) {
    throw new InvalidModelError(
      `expected an ONNX model but these ${bytes.length} bytes hold no graph; the file is truncated or of another format`,
    );
  }
  if (proto.irVersion > BigInt(newestIrVersion)) {
    throw new InvalidModelError(
      `the model has IR version ${proto.irVersion}, the newest supported is ${newestIrVersion}; export it for an older ONNX version`,
    );
  }
  if (graph.node.length === 0) {
    throw new InvalidModelError('the graph is empty: it has no nodes; export the model again');
  }
  const opset = defaultOpset(proto);
  for (const { tensor, label } of walkTensors(proto)) checkTensor(tensor, label);
  return { proto, graph, opset };
}

function decode(bytes: Uint8Array): ModelProto {
  if (bytes.length === 0) throw new InvalidModelError('expected an ONNX model, received an empty file (0 bytes)');
  try {
    // A plain Uint8Array: the tensors of a decoded Node Buffer would share memory even after `slice`.
    return fromBinary(ModelProtoSchema, new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length));
  } catch (cause) {
    throw new InvalidModelError(
      `expected an ONNX model, but these ${bytes.length} bytes cannot be decoded; the file is truncated, damaged or of another format`,
      { cause },
    );
  }
}

function defaultOpset(proto: ModelProto): number {
  const entry = proto.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx');
  if (entry === undefined) {
    throw new InvalidModelError(
      'the model names no version of the default operator set (opset_import); the file is truncated or was written by a broken exporter',
    );
  }
  const version = Number(entry.version);
  if (version > newestOpset) {
    throw new InvalidModelError(
      `the model uses opset ${version}, the newest supported is ${newestOpset}; export it with an older opset_version`,
    );
  }
  if (version < oldestOpset) {
    throw new UnsupportedModelError(
      `the model uses opset ${version}, the oldest supported is ${oldestOpset}; export it with a newer opset_version`,
    );
  }
  return version;
}

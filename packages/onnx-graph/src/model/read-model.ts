import { fromBinary } from '@bufbuild/protobuf';
import { InvalidModelError, UnsupportedModelError } from '@ztw/core';
import { type ModelProto, ModelProtoSchema } from 'onnx-buf';
import { checkTensor } from './check-tensor.ts';
import type { OnnxModel } from './onnx-model.ts';
import { walkTensors } from './walk-tensors.ts';

/** The newest supported version of the default operator set, as in ONNX Runtime 1.30. */
export const newestOpset = 26;
/** The oldest supported version. Broadcasting has followed the present rules since then. */
export const oldestOpset = 7;
/** The newest supported file format (IR) version. */
export const newestIrVersion = 13;

/**
 * Decodes an ONNX file and performs all checks that need no run of the graph.
 * Unknown fields are kept, so that `writeModel` writes them again.
 * @param bytes The whole file.
 * @throws InvalidModelError for bytes that are not an ONNX file, a truncated file, an empty graph, weights in another
 *   file, NaN in weights, a version too new; UnsupportedModelError for an opset below 7.
 */
export function readModel(bytes: Uint8Array): OnnxModel {
  const proto = decode(bytes);
  const graph = proto.graph;
  if (graph === undefined) {
    throw new InvalidModelError(
      `expected an ONNX model, but these ${bytes.length} bytes hold no graph; the file is truncated or of another format`,
      { expected: 'an ONNX model', received: `${bytes.length} bytes without a graph` },
    );
  }
  if (proto.irVersion > BigInt(newestIrVersion)) {
    throw new InvalidModelError(
      `the model has IR version ${proto.irVersion}, the newest supported is ${newestIrVersion}; export it for an older ONNX version`,
      { expected: `at most ${newestIrVersion}`, received: Number(proto.irVersion), path: 'ir_version' },
    );
  }
  if (graph.node.length === 0) {
    throw new InvalidModelError('the graph is empty: it has no nodes; export the model again', {
      expected: 'at least 1 node',
      received: 0,
    });
  }
  const opset = defaultOpset(proto);
  for (const { tensor, label } of walkTensors(proto)) checkTensor(tensor, label);
  return { proto, graph, opset };
}

function decode(bytes: Uint8Array): ModelProto {
  if (bytes.length === 0) {
    throw new InvalidModelError('expected an ONNX model; received an empty file (0 bytes)', {
      expected: 'an ONNX model',
      received: '0 bytes',
    });
  }
  try {
    // A plain Uint8Array: the tensors of a decoded Node Buffer would share memory even after `slice`.
    return fromBinary(ModelProtoSchema, new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length));
  } catch (cause) {
    throw new InvalidModelError(
      `expected an ONNX model, but these ${bytes.length} bytes cannot be decoded; the file is truncated, damaged or of another format`,
      { cause, expected: 'an ONNX model', received: `${bytes.length} bytes` },
    );
  }
}

function defaultOpset(proto: ModelProto): number {
  const entry = proto.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx');
  if (entry === undefined) {
    throw new InvalidModelError(
      'the model names no version of the default operator set (opset_import); the file is truncated or was written by a broken exporter',
      { path: 'opset_import' },
    );
  }
  const version = Number(entry.version);
  if (version > newestOpset) {
    throw new InvalidModelError(
      `the model uses opset ${version}, the newest supported is ${newestOpset}; export it with an older opset_version`,
      { expected: `at most ${newestOpset}`, received: version, path: 'opset_import' },
    );
  }
  if (version < oldestOpset) {
    throw new UnsupportedModelError(
      `the model uses opset ${version}, the oldest supported is ${oldestOpset}; export it with a newer opset_version`,
      { expected: `at least ${oldestOpset}`, received: version, path: 'opset_import' },
    );
  }
  return version;
}

import { UnsupportedModelError } from '@ztw/core';
import { checkExternalTensors } from './check-external-tensors.ts';
import { type ExternalTensor, externalTensors, onnxFields } from './external-tensors.ts';
import { bytesHeader, wireFields } from './wire.ts';

/** Protobuf messages end here. */
const mostBytes = 2 ** 31 - 1;

/**
 * An ONNX model with the values of other files inside it. Everything else stays as it is, byte for byte.
 * @param model An ONNX file.
 * @param files Files with values, by the location that the model gives.
 * @returns the model itself where all values are inside already; otherwise one new array.
 * @throws InvalidModelError for a damaged model or a file that is missing or too short; UnsupportedModelError for a
 *   model that would exceed 2 GiB, the limit of the format.
 * @example
 * const whole = foldExternalData(model, new Map([['model.onnx.data', await readFile('model.onnx.data')]]));
 */
export function foldExternalData(model: Uint8Array, files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const tensors = externalTensors(model);
  if (tensors.length === 0) return model;
  const sizes = new Map([...files].map(([location, bytes]) => [location, bytes.length]));
  const ranges = checkExternalTensors(tensors, sizes);
  const folded = new Map(
    tensors.map((tensor, index) => {
      const { start = 0, end = 0 } = ranges[index] ?? {};
      return [tensor.start, insideOf(model, tensor, files.get(tensor.location)?.subarray(start, end) as Uint8Array)];
    }),
  );
  return join(foldMessage(model, 0, model.length, [onnxFields.model.graph, onnxFields.graph.initializer], folded));
}

/** The message of a tensor with its values. */
function insideOf(model: Uint8Array, { start, end }: ExternalTensor, values: Uint8Array): readonly Uint8Array[] {
  const { rawData, externalData, dataLocation } = onnxFields.tensor;
  const replaced: readonly number[] = [rawData, externalData, dataLocation];
  const kept = [...wireFields(model, start, end)].filter(({ number }) => !replaced.includes(number));
  return [...kept.map((field) => model.subarray(field.start, field.end)), bytesHeader(rawData, values.length), values];
}

/**
 * The pieces of a message in which some inner messages are replaced.
 * @param path Field numbers from this message to those that are replaced.
 * @param replacements By the position of the replaced message.
 */
function foldMessage(
  bytes: Uint8Array,
  start: number,
  end: number,
  [number, ...deeper]: readonly number[],
  replacements: ReadonlyMap<number, readonly Uint8Array[]>,
): readonly Uint8Array[] {
  return [...wireFields(bytes, start, end)].flatMap((field) => {
    const unchanged = [bytes.subarray(field.start, field.end)];
    if (field.number !== number || field.wireType !== 2) return unchanged;
    const inner =
      deeper.length > 0
        ? foldMessage(bytes, field.valueStart, field.end, deeper, replacements)
        : replacements.get(field.valueStart);
    return inner === undefined ? unchanged : [bytesHeader(number, lengthOf(inner)), ...inner];
  });
}

function lengthOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0);
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  const length = lengthOf(pieces);
  if (length > mostBytes) {
    throw new UnsupportedModelError(
      `Expected a model of at most ${mostBytes} bytes with all its values; received ${length}. Export a smaller network, or one with float16 weights.`,
      { expected: mostBytes, received: length },
    );
  }
  const joined = new Uint8Array(length);
  let offset = 0;
  for (const piece of pieces) {
    joined.set(piece, offset);
    offset += piece.length;
  }
  return joined;
}

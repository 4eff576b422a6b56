// Tensors whose values an ONNX model keeps in other files ("external data"). ONNX Runtime would look for such files by
// their names on the disk, so what a model names is known and checked before it is opened.
// Source: https://github.com/onnx/onnx/blob/main/docs/ExternalData.md

import { InvalidModelError } from '@ztw/core';
import { readVarint, type WireField, wireFields } from './wire.ts';

/** An initialiser with values in another file. */
export interface ExternalTensor {
  readonly name: string;
  /** The file, relative to the folder of the model. */
  readonly location: string;
  /** First byte in the file. */
  readonly offset: number;
  /** Number of bytes; null for all up to the end of the file. */
  readonly length: number | null;
  /** Number of bytes that the shape needs; null for other types than float32. */
  readonly shapeBytes: number | null;
  /** Position of the tensor's message in the model. */
  readonly start: number;
  readonly end: number;
}

/** Field numbers of ONNX messages, from `onnx.proto`. */
const modelFields = { graph: 7, trainingInfo: 20, functions: 25 } as const;
const graphFields = { node: 1, initializer: 5, sparseInitializer: 15 } as const;
const tensorFields = { dims: 1, dataType: 2, name: 8, rawData: 9, externalData: 13, dataLocation: 14 } as const;

/** Field numbers for replacing the values of initialisers. */
export const onnxFields: {
  readonly model: typeof modelFields;
  readonly graph: typeof graphFields;
  readonly tensor: typeof tensorFields;
} = { model: modelFields, graph: graphFields, tensor: tensorFields };

/** For messages in which a tensor may be: the message behind each field that leads to one. */
const children = {
  model: { [modelFields.graph]: 'graph', [modelFields.trainingInfo]: 'training', [modelFields.functions]: 'function' },
  graph: { [graphFields.node]: 'node', [graphFields.initializer]: 'tensor', [graphFields.sparseInitializer]: 'sparse' },
  training: { 1: 'graph', 2: 'graph' },
  function: { 7: 'node', 11: 'attribute' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparse', 23: 'sparse' },
  sparse: { 1: 'tensor', 2: 'tensor' },
  tensor: {},
} as const satisfies Record<string, Readonly<Record<number, string>>>;

type Message = keyof typeof children;

/** Deeper models cannot be decoded by usual Protobuf readers, which allow 100 levels. */
const mostLevels = 100;

const float32 = 1;
const floatBytes = 4;

/**
 * The initialisers of a model whose values are in other files.
 * @throws InvalidModelError for bytes that are not a model, for external values elsewhere than in initialisers of the
 *   main graph, and for references without a file or with impossible numbers.
 */
export function externalTensors(bytes: Uint8Array): readonly ExternalTensor[] {
  const found: ExternalTensor[] = [];
  const walk = (message: Message, start: number, end: number, path: readonly string[]): void => {
    if (message === 'tensor') {
      const tensor = readTensor(bytes, start, end);
      if (tensor === null) return;
      if (path.join() !== 'model,graph') throw misplaced(tensor.name);
      found.push(tensor);
      return;
    }
    if (path.length > mostLevels) {
      throw new InvalidModelError(
        `Expected a model of at most ${mostLevels} levels; received a deeper one. Export the network again.`,
        { expected: `at most ${mostLevels} levels`, received: path.length },
      );
    }
    const inner: Readonly<Record<number, Message>> = children[message];
    for (const field of wireFields(bytes, start, end)) {
      const child = field.wireType === 2 ? inner[field.number] : undefined;
      if (child !== undefined) walk(child, field.valueStart, field.end, [...path, message]);
    }
  };
  walk('model', 0, bytes.length, []);
  return found;
}

/** Null for a tensor that holds its values itself. */
function readTensor(bytes: Uint8Array, start: number, end: number): ExternalTensor | null {
  const { dims, dataType, name, externalData, dataLocation } = onnxFields.tensor;
  const fields = [...wireFields(bytes, start, end)];
  // Readers ignore a field of another wire type, and differ in how they read numbers that no release defines.
  const numbers = (number: number) => fields.filter((field) => field.number === number && field.wireType === 0);
  const messages = (number: number) => fields.filter((field) => field.number === number && field.wireType === 2);
  if (numbers(dataLocation).every(({ value }) => value === 0)) return null;
  const label =
    messages(name)
      .map((field) => textOf(bytes, field))
      .at(-1) ?? '';
  const entries = readEntries(bytes, messages(externalData), label);
  const location = entries.get('location');
  if (location === undefined || location === '') throw unusable(label, 'a file', 'none');
  const length = entries.get('length');
  const sizes = fields.filter((field) => field.number === dims).flatMap((field) => dimsOf(bytes, field));
  const isFloat = numbers(dataType).at(-1)?.value === float32;
  return {
    name: label,
    location,
    offset: numberOf(label, 'offset', entries.get('offset') ?? '0'),
    length: length === undefined ? null : numberOf(label, 'length', length),
    shapeBytes: isFloat ? sizes.reduce((product, size) => product * size, floatBytes) : null,
    start,
    end,
  };
}

function dimsOf(bytes: Uint8Array, { wireType, valueStart, end, value }: WireField): readonly number[] {
  if (wireType !== 2) return [value];
  // Packed: one number after the other.
  const sizes: number[] = [];
  for (let position = valueStart; position < end; ) {
    const size = readVarint(bytes, position, end);
    sizes.push(size.value);
    position = size.end;
  }
  return sizes;
}

/** The `StringStringEntryProto`s of a tensor. */
function readEntries(bytes: Uint8Array, fields: readonly WireField[], name: string): ReadonlyMap<string, string> {
  const entries = new Map<string, string>();
  for (const { valueStart, end } of fields) {
    const texts = new Map([...wireFields(bytes, valueStart, end)].map((field) => [field.number, textOf(bytes, field)]));
    const key = texts.get(1) ?? '';
    if (entries.has(key)) throw unusable(name, `one ${key}`, 'several');
    entries.set(key, texts.get(2) ?? '');
  }
  return entries;
}

function textOf(bytes: Uint8Array, { valueStart, end }: WireField): string {
  return new TextDecoder().decode(bytes.subarray(valueStart, end));
}

function numberOf(name: string, key: string, text: string): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw unusable(name, `a number of bytes as ${key}`, text);
  return value;
}

function misplaced(name: string): InvalidModelError {
  return new InvalidModelError(
    `Expected values in other files for initialisers of the main graph only; received them for the tensor "${name}" elsewhere. ` +
      'Save the model with all values inside it.',
    { expected: 'values inside the file', received: 'values in another file', path: name },
  );
}

function unusable(name: string, expected: string, received: string): InvalidModelError {
  return new InvalidModelError(
    `Expected ${expected} for the values of the initialiser "${name}", which are in another file; received ${received}. The model is damaged: export it again.`,
    { expected, received, path: name },
  );
}

// Reads one node for its translation: inputs as values, attributes, and errors for unsupported features.

import { InvalidModelError, UnsupportedModelError } from '@ztw/core';
import { firstNotFinite } from '@ztw/core/runtime';
import { fixedSizes, fixedValues, naturalOrder, type ProgramWriter, type TensorValue } from '@ztw/program';
import type { NodeProto, TensorProto } from 'onnx-buf';
import { constantValue } from './constant.ts';
import { floats } from './float-array.ts';
import type { FloatsValue, GraphValue, IntegersValue } from './graph-value.ts';

export interface NodeReader {
  readonly proto: NodeProto;
  /** Version of the default operator set. */
  readonly opset: number;
  readonly writer: ProgramWriter;
  /** Name of the node's first output, from which names in the program are made. */
  readonly hint: string;
  /** An input, or null where it is omitted. */
  optional(position: number): GraphValue | null;
  input(position: number): GraphValue;
  /** An input that the program computes. */
  tensor(position: number): TensorValue;
  /** An input as a tensor of the program. Constants are stored. */
  stored(position: number): TensorValue;
  /** An input of constant float32 values; null where it is omitted. */
  floats(position: number): FloatsValue | null;
  /** An input of constant integers that do not depend on the number of rows; null where it is omitted. */
  integers(position: number): readonly number[] | null;
  /**
   * Stores values for the program and returns their name.
   * @throws UnsupportedModelError for values that are not finite, which bundles cannot hold.
   */
  store(hint: string, values: FloatsValue): string;
  /** The values of a tensor attribute. */
  constant(tensor: TensorProto): FloatsValue | IntegersValue;
  /** @throws UnsupportedModelError naming the node. */
  refuse(reason: string): never;
}

/** Writes one node; returns its outputs in order. */
export type OperatorTranslation = (node: NodeReader) => GraphValue | readonly GraphValue[];

/** Translations by the ONNX names of their operators. */
export type OperatorTable = Readonly<Record<string, OperatorTranslation>>;

export function createNodeReader(
  proto: NodeProto,
  opset: number,
  writer: ProgramWriter,
  values: ReadonlyMap<string, GraphValue>,
): NodeReader {
  const refuse = (reason: string): never => {
    throw new UnsupportedModelError(
      `node '${proto.name || proto.output[0]}' (${proto.opType}): ${reason}; TensorFlow.js cannot run this stage. Run it on ONNX Runtime, or export the network another way`,
      { received: proto.opType, path: proto.name || (proto.output[0] ?? '') },
    );
  };
  const optional = (position: number): GraphValue | null => {
    const name = proto.input[position] ?? '';
    if (name === '') return null;
    const value = values.get(name);
    if (value === undefined) {
      throw new InvalidModelError(
        `node '${proto.name}' (${proto.opType}) reads tensor '${name}', which no earlier node writes; the file is damaged`,
        { received: name, path: proto.name },
      );
    }
    return value;
  };
  const store = (hint: string, { kind: _kind, ...values }: FloatsValue): string => {
    const { data } = values;
    const position = firstNotFinite(data);
    if (position >= 0) {
      throw new UnsupportedModelError(
        `'${hint}' holds ${data[position]}; stage programs support finite constants only`,
        {
          expected: 'finite constants',
          received: data[position],
          path: hint,
        },
      );
    }
    return writer.store(hint, values);
  };
  const input = (position: number): GraphValue => optional(position) ?? refuse(`input ${position} is missing`);
  return {
    proto,
    opset,
    writer,
    hint: proto.output[0] ?? proto.name,
    optional,
    input,
    tensor(position) {
      const value = input(position);
      return value.kind === 'tensor' ? value : refuse(`input ${position} must depend on the data, but is a constant`);
    },
    stored(position) {
      const value = input(position);
      if (value.kind === 'tensor') return value;
      const known = asFloats(value) ?? refuse(`input ${position} depends on the number of rows`);
      const name = store(`${proto.output[0]}/constant`, known);
      const { shape } = known;
      return { kind: 'tensor', name, shape: fixedSizes(shape), order: naturalOrder(shape.length), columns: null };
    },
    floats(position) {
      const value = optional(position);
      if (value === null) return null;
      return asFloats(value) ?? refuse(`input ${position} must be a constant of floats`);
    },
    integers(position) {
      const value = optional(position);
      if (value === null) return null;
      const fixed = value.kind === 'integers' ? fixedValues(value.values) : null;
      return fixed ?? refuse(`input ${position} must be a constant of integers`);
    },
    store,
    constant: (tensor) => constantValue(tensor, `the constant of node '${proto.name || proto.output[0]}'`),
    refuse,
  };
}

/** A constant as floats, including integers that do not depend on the number of rows; null for all other values. */
export function asFloats(value: FloatsValue | IntegersValue | TensorValue): FloatsValue | null {
  if (value.kind === 'floats') return value;
  const fixed = value.kind === 'integers' ? fixedValues(value.values) : null;
  return fixed === null || value.kind === 'tensor'
    ? null
    : floats(value.shape as readonly number[], Float32Array.from(fixed));
}

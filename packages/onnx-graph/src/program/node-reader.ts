// What the lowering of one node works with: its inputs as values, its attributes, and a way to say what is not supported.

import { InvalidModelError, UnsupportedModelError } from '@ztw/core';
import type { NodeProto, TensorProto } from 'onnx-buf';
import { constantValue } from './constant.ts';
import { floats } from './float-array.ts';
import type { ProgramBuilder } from './program-builder.ts';
import { fixedSizes, fixedValues } from './size.ts';
import { type FloatsValue, type IntegersValue, naturalOrder, type TensorValue, type Value } from './value.ts';

export interface NodeReader {
  readonly proto: NodeProto;
  /** Version of the default operator set. */
  readonly opset: number;
  readonly builder: ProgramBuilder;
  /** Name of the node's first output: the hint for names in the program. */
  readonly hint: string;
  /** An input, or null where it is left out. */
  optional(position: number): Value | null;
  input(position: number): Value;
  /** An input that the program computes. */
  tensor(position: number): TensorValue;
  /** An input as a tensor of the program; known values are stored. */
  stored(position: number): TensorValue;
  /** An input whose float32 values are known; null where it is left out. */
  floats(position: number): FloatsValue | null;
  /** An input whose integers are known and the same for any number of rows; null where it is left out. */
  integers(position: number): readonly number[] | null;
  /** The values of a tensor among the attributes. */
  constant(tensor: TensorProto): FloatsValue | IntegersValue;
  /** @throws UnsupportedModelError naming the node. */
  refuse(reason: string): never;
}

/** Writes one node; returns its outputs in order. */
export type Lowering = (node: NodeReader) => Value | readonly Value[];

export function createNodeReader(
  proto: NodeProto,
  opset: number,
  builder: ProgramBuilder,
  values: ReadonlyMap<string, Value>,
): NodeReader {
  const refuse = (reason: string): never => {
    throw new UnsupportedModelError(
      `node '${proto.name || proto.output[0]}' (${proto.opType}): ${reason}; TensorFlow.js cannot run this stage. Run it on ONNX Runtime, or export the network another way`,
    );
  };
  const optional = (position: number): Value | null => {
    const name = proto.input[position] ?? '';
    if (name === '') return null;
    const value = values.get(name);
    if (value === undefined) {
      throw new InvalidModelError(
        `node '${proto.name}' (${proto.opType}) reads tensor '${name}', which nothing before it writes; the file is damaged`,
      );
    }
    return value;
  };
  const input = (position: number): Value => optional(position) ?? refuse(`input ${position} is missing`);
  return {
    proto,
    opset,
    builder,
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
      const name = builder.store(`${proto.output[0]}/constant`, known);
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
    constant: (tensor) => constantValue(tensor, `the constant of node '${proto.name || proto.output[0]}'`),
    refuse,
  };
}

/** Known values as floats: integers too, where they do not depend on the rows; null for all others. */
export function asFloats(value: FloatsValue | IntegersValue | TensorValue): FloatsValue | null {
  if (value.kind === 'floats') return value;
  const fixed = value.kind === 'integers' ? fixedValues(value.values) : null;
  return fixed === null || value.kind === 'tensor'
    ? null
    : floats(value.shape as readonly number[], Float32Array.from(fixed));
}

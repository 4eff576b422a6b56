// The element types of inputs, and the common case of one dense input.

import type { InputSpecification, InputType, InputValues } from '../contract/input.ts';
import type { RowShape } from '../contract/tensor.ts';
import { UnsupportedModelError } from '../errors/errors.ts';

/** The class whose arrays hold the values of each type. */
export const inputArrays: Readonly<Record<InputType, new (length: number) => InputValues>> = {
  float32: Float32Array,
  float16: Uint16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
};

/** All element types. */
export const inputTypes: readonly InputType[] = ['float32', 'float16', 'int32', 'int64', 'uint8'];

/** A single float32 input of a fixed shape. */
export interface DenseInput {
  readonly name: string;
  readonly rowShape: RowShape;
}

/** Inputs of a network that takes `{ data, rows }`: one float32 tensor, `input`. */
export function denseInputs(rowShape: RowShape): readonly InputSpecification[] {
  return [{ name: 'input', type: 'float32', rowShape }];
}

/** The single float32 input of a fixed shape; null if the network takes anything else. */
export function findDenseInput(inputs: readonly InputSpecification[]): DenseInput | null {
  const [input, ...others] = inputs;
  if (input === undefined || others.length > 0 || input.type !== 'float32') return null;
  const rowShape = input.rowShape.filter((length) => typeof length === 'number');
  return rowShape.length === input.rowShape.length ? { name: input.name, rowShape } : null;
}

/**
 * The input of a network that takes `{ data, rows }`.
 * @param model A staged model, or any other value with inputs.
 * @throws UnsupportedModelError for a network with several inputs, another element type or a free axis.
 */
export function denseInput(model: { readonly inputs: readonly InputSpecification[] }): DenseInput {
  const dense = findDenseInput(model.inputs);
  if (dense !== null) return dense;
  throw new UnsupportedModelError(
    `Expected a network with one float32 input of a fixed shape; this one takes ${formatInputs(model.inputs)}. ` +
      'Use something that takes named inputs.',
    { expected: 'one float32 input of a fixed shape', received: formatInputs(model.inputs) },
  );
}

/** `ids (int64 [tokens]) and mask (uint8 [tokens])`, for messages. */
export function formatInputs(inputs: readonly InputSpecification[]): string {
  const formatted = inputs.map(({ name, type, rowShape }) => `${name} (${type} [${rowShape.join(', ')}])`);
  return formatted.length === 0 ? 'nothing' : formatted.join(' and ');
}

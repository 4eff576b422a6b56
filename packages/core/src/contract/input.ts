// What a network takes: one or more named tensors, whose first axis is always the rows.

import type { RowShape } from './tensor.ts';

/** Element type of an input. float16 values are bit patterns (IEEE 754 binary16). */
export type InputType = 'float32' | 'float16' | 'int32' | 'int64' | 'uint8';

/**
 * Values of one input, row-major: in the order of `InputType` Float32Array, Uint16Array, Int32Array, BigInt64Array,
 * Uint8Array.
 */
export type InputValues = Float32Array | Uint16Array | Int32Array | BigInt64Array | Uint8Array;

/**
 * Shape of one row, without the batch axis, before its input is known. A string names a free axis, such as the length
 * of a text.
 * Within one batch all axes of that name have the same length, at least 1.
 */
export type FreeShape = readonly (number | string)[];

/** One input of a network. */
export interface InputSpecification {
  /** Unique among the inputs of a network. */
  readonly name: string;
  readonly type: InputType;
  readonly rowShape: FreeShape;
}

/** Rows of one input. `data.length === rows * product(rowShape)`. */
export interface InputTensor {
  /** An array of the class that `InputValues` gives for the input's type. */
  readonly data: InputValues;
  /** Shape of every row: the specification's, with a length for each free axis. */
  readonly rowShape: RowShape;
}

/**
 * The easy case, for networks with a single float32 input of a fixed shape.
 * `data.length === rows * product(rowShape of the input)`.
 */
export interface DenseInputBatch {
  readonly data: Float32Array;
  readonly rows: number;
}

/** The general case: a tensor for each input, by its name. */
export interface NamedInputBatch {
  readonly rows: number;
  readonly inputs: Readonly<Record<string, InputTensor>>;
}

/** Rows on the host. Both forms are read, never written to. */
export type InputBatch = DenseInputBatch | NamedInputBatch;

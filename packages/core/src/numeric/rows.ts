// Copying and counting rows of values of any type.

import type { InputValues } from '../contract/input.ts';
import type { RowShape } from '../contract/tensor.ts';

/** Number of values in one row: the product of its shape. */
export function rowSize(shape: RowShape): number {
  return shape.reduce((size, length) => size * length, 1);
}

/**
 * Copies the named rows, in the given order, into a new array.
 * @param values `[rows, width]`, flattened.
 * @param width Values per row.
 * @param kept Row positions, at most as many as there are rows.
 * @returns `[kept.length, width]`.
 */
export function takeRows<Values extends InputValues>(values: Values, width: number, kept: Int32Array): Values {
  // The cast to one array type is safe, because whole values are moved.
  const source = values as InputValues as Float32Array;
  const taken = values.slice(0, kept.length * width) as InputValues as Float32Array;
  for (let position = 0; position < kept.length; position++) {
    const from = (kept[position] as number) * width;
    const to = position * width;
    for (let column = 0; column < width; column++) taken[to + column] = source[from + column] as number;
  }
  return taken as InputValues as Values;
}

/**
 * Concatenates several sets of rows in a new array.
 * @param parts Each `[rows, width]`, flattened, all of one width and array type.
 */
export function joinRows<Values extends InputValues = Float32Array>(parts: readonly Values[]): Values {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const joined = arrayLike(parts[0] ?? new Float32Array(0), length) as Float32Array;
  let offset = 0;
  for (const part of parts) {
    joined.set(part as InputValues as Float32Array, offset);
    offset += part.length;
  }
  return joined as InputValues as Values;
}

/** A new array of the same type, filled with zeros. */
export function arrayLike(values: InputValues, length: number): InputValues {
  return new (values.constructor as new (length: number) => InputValues)(length);
}

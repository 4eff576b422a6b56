import { InvalidInputError } from '@ztw/core';

/**
 * Moves the kept rows to the front of an array, inside it.
 * @param data `[rows, elements]`; overwritten.
 * @param kept Positions of the rows, strictly ascending.
 * @returns a view on the front of `data`, `[kept.length, elements]`.
 */
export function compactRows(data: Float32Array, elements: number, kept: Int32Array): Float32Array {
  gatherRows(data, elements, kept, data);
  return data.subarray(0, kept.length * elements);
}

/**
 * Copies rows to the front of an array.
 * @param source `[rows, elements]`
 * @param kept Positions of the rows, strictly ascending; null for all.
 * @param target Room for `[kept.length, elements]`; may be `source` itself.
 */
export function gatherRows(
  source: Float32Array,
  elements: number,
  kept: Int32Array | null,
  target: Float32Array,
): void {
  if (kept === null) {
    target.set(source);
    return;
  }
  let position = 0;
  while (position < kept.length) {
    const from = kept[position] as number;
    // Neighbours move together: one copy per run of consecutive rows.
    let end = position + 1;
    while (end < kept.length && kept[end] === from + (end - position)) end += 1;
    if (source !== target || from !== position) {
      target.set(source.subarray(from * elements, (from + end - position) * elements), position * elements);
    }
    position = end;
  }
}

/**
 * Checks that `kept` names existing rows in ascending order, at least one.
 * @throws InvalidInputError
 */
export function checkKeptRows(kept: Int32Array, rows: number): void {
  if (kept.length === 0) {
    throw new InvalidInputError('keepRows needs at least one row to keep. Release the features when no row stays.');
  }
  let previous = -1;
  for (const row of kept) {
    if (row <= previous || row >= rows) {
      throw new InvalidInputError(
        `keepRows needs ascending row numbers below ${rows}, but ${row} came after ${previous === -1 ? 'nothing' : previous}.`,
      );
    }
    previous = row;
  }
}

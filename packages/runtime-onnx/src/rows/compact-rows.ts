import { InvalidInputError } from '@ztw/core';

/**
 * Moves the kept rows to the front of an array, inside it.
 * @param data `[rows, elements]`; overwritten.
 * @param kept Positions of the rows, strictly ascending.
 * @returns a view on the front of `data`, `[kept.length, elements]`.
 */
export function compactRows(data: Float32Array, elements: number, kept: Int32Array): Float32Array {
  let target = 0;
  while (target < kept.length) {
    const source = kept[target] as number;
    // Neighbours move together: one copy per run of consecutive rows.
    let end = target + 1;
    while (end < kept.length && kept[end] === source + (end - target)) {
      end += 1;
    }
    if (source !== target) {
      data.copyWithin(target * elements, source * elements, (source + end - target) * elements);
    }
    target = end;
  }
  return data.subarray(0, kept.length * elements);
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

import { InvalidInputError } from '@ztw/core';

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
        `keepRows needs ascending row numbers below ${rows}, but received ${kept.join(', ')}.`,
      );
    }
    previous = row;
  }
}

// Whether rows that are measured are rows that something was chosen or trained on. Rows are told apart by a hash of their pixels, so
// that a copy under another path is recognised; that hash is the caller's.

import { InvalidInputError } from '../errors/errors.ts';

/** Rows that were used before, as hashes. */
export interface SeenRows {
  /** How many rows there were. */
  readonly rows: number;
  /** One per row, or of a sample of the rows where that is smaller; in any order, never more than `rows`. */
  readonly hashes: BigUint64Array;
}

export interface RowOverlap {
  /** How many of the asked rows were seen: counted, or estimated from a sample. */
  readonly rows: number;
  /** False where only a sample of the seen rows is known: then 0 may be a few, and other numbers are rough. */
  readonly isExact: boolean;
}

/**
 * How many rows are among those that were seen. From a sample of `h` of `n` seen rows, of which `f` asked rows are found, the
 * estimate is `f * n / h`, at most all asked rows.
 * @param hashes One per asked row.
 * @throws InvalidInputError for more hashes than seen rows, or rows without any hash.
 */
export function rowOverlap(hashes: BigUint64Array, seen: SeenRows): RowOverlap {
  const known = seen.hashes.length;
  if (known > seen.rows || (known === 0 && seen.rows > 0)) {
    throw new InvalidInputError(`Received ${known} hashes of ${seen.rows} rows, expected one per row or of a sample.`);
  }
  const set = new Set(seen.hashes);
  const found = hashes.reduce((count, hash) => (set.has(hash) ? count + 1 : count), 0);
  const isExact = known === seen.rows;
  return { rows: isExact ? found : Math.min(hashes.length, Math.round((found * seen.rows) / known)), isExact };
}

// Whether measured rows were already used for training or for a choice. The caller gives a hash of each row's pixels,
// so that a copy under another path is recognised.

import { InvalidInputError } from '../errors/errors.ts';

/** Rows that were used before, as hashes. */
export interface SeenRows {
  /** How many rows there were. */
  readonly rows: number;
  /** One per row, or one per row of a sample; in any order, never more than `rows`. */
  readonly hashes: BigUint64Array;
}

export interface RowOverlap {
  /** How many of the given rows were seen: counted, or estimated from a sample. */
  readonly rows: number;
  /** False if only a sample of the seen rows is known: then 0 may mean a few rows, and other numbers are rough. */
  readonly isExact: boolean;
}

/**
 * How many of the given rows were seen before. If only `h` of `n` seen rows are known and `f` given rows are among
 * them, the estimate is
 * `f * n / h`, at most all given rows.
 * @param hashes One per given row.
 * @throws InvalidInputError for more hashes than seen rows, or rows without any hash.
 */
export function rowOverlap(hashes: BigUint64Array, seen: SeenRows): RowOverlap {
  const known = seen.hashes.length;
  if (known > seen.rows || (known === 0 && seen.rows > 0)) {
    throw new InvalidInputError(
      `Expected at most one hash per row, and at least one; received ${known} hashes of ${seen.rows} rows.`,
      {
        expected: `1 to ${seen.rows}`,
        received: known,
        path: 'hashes',
      },
    );
  }
  const set = new Set(seen.hashes);
  const found = hashes.reduce((count, hash) => (set.has(hash) ? count + 1 : count), 0);
  const isExact = known === seen.rows;
  return { rows: isExact ? found : Math.min(hashes.length, Math.round((found * seen.rows) / known)), isExact };
}

import { InvalidInputError } from '../errors/errors.ts';

/** A share of rows, with an interval for the true share. */
export interface ShareInterval {
  readonly low: number;
  readonly high: number;
}

/** Two-sided 95 % of a normal distribution. */
export const DEFAULT_INTERVAL_Z: number = 1.959963984540054;

/**
 * Wilson's score interval of a share: with `p = successes / rows`,
 * `(p + z^2 / 2n ± z * sqrt(p * (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n)`. It stays inside 0..1 and is usable for few
 * rows.
 * Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927).
 * @param successes Rows that count as successes, 0 to `rows`.
 * @param rows At least 1.
 * @param z Standard normal quantile; default: 95 %, two-sided.
 * @throws InvalidInputError for counts out of range.
 */
export function wilsonInterval(successes: number, rows: number, z: number = DEFAULT_INTERVAL_Z): ShareInterval {
  if (!(Number.isInteger(rows) && rows >= 1 && Number.isInteger(successes) && successes >= 0 && successes <= rows)) {
    throw new InvalidInputError(
      `Expected at least 1 row and from 0 to all rows as successes; received ${successes} of ${rows}.`,
      { expected: '0 <= successes <= rows, rows >= 1', received: `${successes} of ${rows}` },
    );
  }
  const share = successes / rows;
  const square = (z * z) / rows;
  const centre = share + square / 2;
  const half = z * Math.sqrt((share * (1 - share)) / rows + square / (4 * rows));
  return {
    low: successes === 0 ? 0 : Math.max(0, (centre - half) / (1 + square)),
    high: successes === rows ? 1 : Math.min(1, (centre + half) / (1 + square)),
  };
}

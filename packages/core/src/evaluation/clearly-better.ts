// Whether one classifier is better than another beyond doubt.

import { InvalidInputError } from '../errors/errors.ts';
import type { MeasuredAccuracy } from './class-agreement.ts';
import { wilsonInterval } from './wilson-interval.ts';

/**
 * The most accurate alternative that is better beyond doubt: the lower end of its 95 % interval is above the upper end of the given
 * one's. All must be measured on the same rows.
 * @param alternatives By name.
 * @returns null where none is clearly better.
 */
export function clearlyBetter<Measured extends MeasuredAccuracy>(
  given: MeasuredAccuracy,
  alternatives: ReadonlyMap<string, Measured>,
): { readonly name: string; readonly measured: Measured } | null {
  const better = [...alternatives].filter(([, { interval }]) => interval.low > given.interval.high);
  const [best] = better.toSorted(([, left], [, right]) => right.accuracy - left.accuracy);
  return best === undefined ? null : { name: best[0], measured: best[1] };
}

/**
 * Whether one classifier is more often right than another on the same rows, beyond doubt: of the rows that exactly one of them
 * answers correctly, the lower end of the 95 % interval of its share is above one half (a sign test, as McNemar's). Finds smaller
 * differences than two separate intervals.
 * @param right `[rows]`, 1 where the classifier is right.
 * @param other The same of the other classifier.
 * @throws InvalidInputError for two lengths.
 */
export function isMoreOftenRight(right: Uint8Array, other: Uint8Array): boolean {
  if (right.length !== other.length) {
    throw new InvalidInputError(
      `Expected the same rows of both classifiers; received ${right.length} and ${other.length}. Measure both on the same rows.`,
      { expected: right.length, received: other.length },
    );
  }
  const wins = right.reduce((sum, value, row) => sum + (value > (other[row] as number) ? 1 : 0), 0);
  const losses = right.reduce((sum, value, row) => sum + (value < (other[row] as number) ? 1 : 0), 0);
  return wins + losses > 0 && wilsonInterval(wins, wins + losses).low > 0.5;
}

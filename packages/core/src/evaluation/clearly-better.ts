import type { MeasuredAccuracy } from './class-agreement.ts';

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

/** Statistics of repeated measurements. */
export interface Timing {
  readonly medianMilliseconds: number;
  /** 95 of 100 measurements were at most this long. */
  readonly p95Milliseconds: number;
  readonly meanMilliseconds: number;
  readonly totalMilliseconds: number;
}

/** @param milliseconds At least one measurement, in any order. */
export function timingOf(milliseconds: readonly number[]): Timing {
  const sorted = milliseconds.toSorted((left, right) => left - right);
  const total = sorted.reduce((sum, value) => sum + value, 0);
  return {
    medianMilliseconds: quantile(sorted, 0.5),
    p95Milliseconds: quantile(sorted, 0.95),
    meanMilliseconds: total / sorted.length,
    totalMilliseconds: total,
  };
}

/** Nearest rank: the smallest measurement that is at least as large as this share of all. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

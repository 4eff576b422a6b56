import type { ClassificationSummary, RowResult } from './classification.ts';

/** Counts exits and averages costs. */
export function summarise(results: readonly RowResult[], exitCount: number): ClassificationSummary {
  const exitHistogram = new Array<number>(exitCount).fill(0);
  let macs = 0;
  let macsFraction = 0;
  for (const result of results) {
    exitHistogram[result.exitIndex] = (exitHistogram[result.exitIndex] ?? 0) + 1;
    macs += result.macs;
    macsFraction += result.macsFraction;
  }
  const rows = results.length;
  const divisor = Math.max(1, rows);
  return { rows, exitHistogram, meanMacs: macs / divisor, meanMacsFraction: macsFraction / divisor };
}

// Reading a curve at a budget. Curves come from a sweep: points in the order of their settings, cost rising along them.

import type { CurvePoint } from './sweep.ts';

/**
 * The last point whose mean cost is within the budget; null where even the cheapest is over it.
 * @param budgetMacs Mean MACs per row.
 */
export function lastWithinBudget(curve: readonly CurvePoint[], budgetMacs: number): CurvePoint | null {
  return curve.findLast((point) => point.macs <= budgetMacs) ?? null;
}

/**
 * The point before the first one over the budget, as the reference code reads its curves; null where the first is over it.
 * Differs from `lastWithinBudget` only on a curve whose cost falls again.
 */
export function lastBeforeOverspending(curve: readonly CurvePoint[], budgetMacs: number): CurvePoint | null {
  const over = curve.findIndex((point) => point.macs > budgetMacs);
  const affordable = over === -1 ? curve.length : over;
  return curve[affordable - 1] ?? null;
}

/**
 * Accuracy at exactly the budget, between the two neighbours in cost; that of the last point where the budget is never
 * reached, and null below the cheapest. A run reaches it by mixing both settings at random.
 */
export function interpolatedAccuracy(curve: readonly CurvePoint[], budgetMacs: number): number | null {
  const before = lastBeforeOverspending(curve, budgetMacs);
  if (before === null) return null;
  const after = curve[curve.indexOf(before) + 1];
  if (after === undefined) return before.accuracy;
  const share = (budgetMacs - before.macs) / (after.macs - before.macs);
  return before.accuracy + share * (after.accuracy - before.accuracy);
}

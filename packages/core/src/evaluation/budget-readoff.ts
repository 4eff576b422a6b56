// Reading a curve at a budget. Curves come from a sweep: points in the order of their settings, cost rising along them.

import type { PricedPoint } from './sweep.ts';

/**
 * The last point whose mean cost is within the budget; null where even the cheapest is over it.
 * @param budget Mean cost per row, in the unit of the curve.
 */
export function lastWithinBudget<Point extends PricedPoint>(curve: readonly Point[], budget: number): Point | null {
  return curve.findLast((point) => point.cost <= budget) ?? null;
}

/**
 * The point before the first one over the budget, as the reference code reads its curves; null where the first is over it.
 * Differs from `lastWithinBudget` only on a curve whose cost falls again.
 */
export function lastBeforeOverspending<Point extends PricedPoint>(
  curve: readonly Point[],
  budget: number,
): Point | null {
  const over = curve.findIndex((point) => point.cost > budget);
  const affordable = over === -1 ? curve.length : over;
  return curve[affordable - 1] ?? null;
}

/**
 * Accuracy at exactly the budget, between the two neighbours in cost; that of the last point where the budget is never
 * reached, and null below the cheapest. A run reaches it by mixing both settings at random.
 */
export function interpolatedAccuracy(curve: readonly PricedPoint[], budget: number): number | null {
  const before = lastBeforeOverspending(curve, budget);
  if (before === null) return null;
  const after = curve[curve.indexOf(before) + 1];
  if (after === undefined) return before.accuracy;
  const share = (budget - before.cost) / (after.cost - before.cost);
  return before.accuracy + share * (after.accuracy - before.accuracy);
}

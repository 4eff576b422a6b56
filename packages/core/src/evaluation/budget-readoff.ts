// Reading a curve at a budget. Curves come from a sweep: points in the order of their settings, with rising cost.

import type { PricedPoint } from './sweep.ts';

/**
 * The last point whose mean cost is within the budget; null if even the cheapest exceeds it.
 * @param budget Mean cost per row, in the unit of the curve.
 */
export function lastWithinBudget<Point extends PricedPoint>(curve: readonly Point[], budget: number): Point | null {
  return curve.findLast((point) => point.cost <= budget) ?? null;
}

/**
 * The point before the first one over the budget, as the reference code reads its curves; null if the first exceeds it.
 * It differs from `lastWithinBudget` only on a curve whose cost decreases somewhere.
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
 * Accuracy at exactly the budget, interpolated between the two neighbours in cost. It is that of the last point if no
 * point reaches the budget, and null below the cheapest. A run reaches it by choosing between the two settings at
 * random.
 */
export function interpolatedAccuracy(curve: readonly PricedPoint[], budget: number): number | null {
  const before = lastBeforeOverspending(curve, budget);
  if (before === null) return null;
  const after = curve[curve.indexOf(before) + 1];
  if (after === undefined) return before.accuracy;
  const share = (budget - before.cost) / (after.cost - before.cost);
  return before.accuracy + share * (after.accuracy - before.accuracy);
}

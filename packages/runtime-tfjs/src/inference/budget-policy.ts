import { confidenceThreshold, type ExitPolicy, InvalidInputError, type OperatingPoint } from '@ztw/core';

/**
 * The exit policy of the most expensive operating point that stays within a budget.
 * @param budget Fraction of the backbone's MACs that a row may cost on average.
 * @throws InvalidInputError when the bundle has no operating point within the budget.
 */
export function policyForBudget(points: readonly OperatingPoint[], budget: number): ExitPolicy {
  const affordable = points.filter((point) => point.budget <= budget);
  const [first, ...others] = affordable;
  if (first === undefined) {
    const budgets = points.map((point) => point.budget).sort((a, b) => a - b);
    throw new InvalidInputError(
      budgets.length === 0
        ? 'The bundle has no calibrated operating points. Pass a policy of your own, such as confidenceThreshold(0.9).'
        : `The bundle was calibrated for the budgets ${budgets.join(', ')}, all above ${budget}. Choose one of them or pass a policy of your own.`,
    );
  }
  const best = others.reduce((dearest, point) => (point.budget > dearest.budget ? point : dearest), first);
  return confidenceThreshold(best.threshold);
}

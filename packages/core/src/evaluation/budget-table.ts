// Accuracy at budgets under both protocols, side by side and never mixed.

import { type ExitCosts, meanCost, wholeCost } from '../costs/exit-costs.ts';
import { interpolatedAccuracy, lastWithinBudget } from './budget-readoff.ts';
import { checkBudgets } from './calibrate.ts';
import { applySetting } from './exit-outcome.ts';
import type { ExitPredictions } from './exit-predictions.ts';
import { type PricedPoint, sweep } from './sweep.ts';
import type { SweptPolicy } from './swept-policy.ts';

/** The results of one setting on the reported rows. */
export interface BudgetReading {
  readonly setting: number;
  /** 0 to 1. */
  readonly accuracy: number;
  /**
   * Mean cost as a fraction of the backbone's MACs. Under `calibrated` it may be slightly below or above the budget.
   */
  readonly cost: number;
  /** Number of reported rows that left at each exit. */
  readonly histogram: readonly number[];
}

export interface BudgetRow {
  /** Fraction of the backbone's MACs. */
  readonly budget: number;
  /** Setting chosen beforehand on other rows; null if none was. It is not biased by the choice. */
  readonly calibrated: BudgetReading | null;
  /**
   * Last setting within the budget on the reported rows themselves, as in the papers; null if even the cheapest exceeds
   * it.
   */
  readonly swept: BudgetReading | null;
  /** Accuracy at exactly the budget, between neighbours of that sweep; null if even the cheapest exceeds it. */
  readonly interpolated: number | null;
}

export interface BudgetTableOptions extends SweptPolicy {
  /** The reported rows. */
  readonly predictions: ExitPredictions;
  /** Fractions of the whole network's cost. */
  readonly budgets: readonly number[];
  readonly costs: ExitCosts;
  /** Settings chosen on other rows, by `chooseSettings` or from a bundle's operating points. */
  readonly chosen?: readonly { readonly budget: number; readonly setting: number }[];
  /** Settings to sweep, from the loosest to the strictest; default: the kind's own. */
  readonly settings?: ArrayLike<number>;
}

/**
 * One row per budget.
 * @throws InvalidInputError for a budget or a whole cost that is not a positive number.
 */
export function budgetTable(options: BudgetTableOptions): BudgetRow[] {
  return readBudgets(options, sweep(options.predictions, options));
}

/** `budgetTable` from an existing sweep. */
export function readBudgets(options: BudgetTableOptions, curve: readonly PricedPoint[]): BudgetRow[] {
  const { predictions, budgets, costs, chosen = [] } = options;
  checkBudgets(budgets);
  const whole = wholeCost(costs);
  const read = (setting: number): BudgetReading => {
    const { accuracy, histogram } = applySetting(predictions, options, setting);
    return { setting, accuracy, cost: meanCost(histogram, costs) / whole, histogram };
  };
  return budgets.map((budget) => {
    const calibrated = chosen.find((point) => point.budget === budget);
    const swept = lastWithinBudget(curve, budget * whole);
    return {
      budget,
      calibrated: calibrated ? read(calibrated.setting) : null,
      swept: swept ? read(swept.setting) : null,
      interpolated: interpolatedAccuracy(curve, budget * whole),
    };
  });
}

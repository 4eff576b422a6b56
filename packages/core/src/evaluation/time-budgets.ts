// Accuracy at budgets in milliseconds: the same rows and policies as for budgets in MACs, with other costs of leaving
// at each exit.

import { type ExitCosts, meanCost, wholeCost } from '../costs/exit-costs.ts';
import { lastWithinBudget } from './budget-readoff.ts';
import type { BudgetReading, BudgetTableOptions } from './budget-table.ts';
import { checkBudgets } from './calibrate.ts';
import { applySetting } from './exit-outcome.ts';
import { sweep } from './sweep.ts';

/** The results of one setting on the reported rows, with its time. */
export interface TimedReading extends BudgetReading {
  /** Mean milliseconds per row, from the profile. */
  readonly milliseconds: number;
}

export interface TimeBudgetRow {
  /** The budget: mean milliseconds per row. */
  readonly budgetMilliseconds: number;
  /** Setting chosen beforehand on other rows; null if none was. */
  readonly calibrated: TimedReading | null;
  /** Last setting within the budget on the reported rows themselves; null if even the cheapest exceeds it. */
  readonly swept: TimedReading | null;
}

export interface TimeBudgetsOptions extends Omit<BudgetTableOptions, 'budgets' | 'chosen'> {
  /** In milliseconds, by `profileCosts`. */
  readonly times: ExitCosts;
  /** Mean milliseconds per row. */
  readonly budgets: readonly number[];
  /** Settings chosen on other rows. */
  readonly chosen?: readonly { readonly budgetMilliseconds: number; readonly setting: number }[];
}

/**
 * One row per budget.
 * @throws InvalidInputError for a budget or a whole cost that is not a positive number, or a wrong number of times.
 */
export function timeBudgets(options: TimeBudgetsOptions): TimeBudgetRow[] {
  const { predictions, budgets, costs, times, chosen = [] } = options;
  checkBudgets(budgets);
  const whole = wholeCost(costs);
  const curve = sweep(predictions, { ...options, costs: times });
  const read = (setting: number): TimedReading => {
    const { accuracy, histogram } = applySetting(predictions, options, setting);
    const cost = meanCost(histogram, costs) / whole;
    return { setting, accuracy, cost, histogram, milliseconds: meanCost(histogram, times) };
  };
  return budgets.map((budgetMilliseconds) => {
    const calibrated = chosen.find((point) => point.budgetMilliseconds === budgetMilliseconds);
    const swept = lastWithinBudget(curve, budgetMilliseconds);
    return {
      budgetMilliseconds,
      calibrated: calibrated ? read(calibrated.setting) : null,
      swept: swept ? read(swept.setting) : null,
    };
  });
}

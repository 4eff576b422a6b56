// Accuracy at budgets in milliseconds: the same rows and rules as for budgets in MACs, with another price of leaving at each exit.

import { InvalidInputError } from '../errors/errors.ts';
import { lastWithinBudget } from './budget-readoff.ts';
import type { BudgetReading, BudgetTableOptions } from './budget-table.ts';
import { checkBudgets } from './calibrate.ts';
import { applyRule } from './exit-outcome.ts';
import type { ExitPredictions } from './exit-predictions.ts';
import { sweep } from './sweep.ts';

/** What one setting gives on the reported rows, its time included. */
export interface TimedReading extends BudgetReading {
  /** Mean milliseconds per row, by the profile. */
  readonly milliseconds: number;
}

export interface TimeBudgetRow {
  /** The budget: mean milliseconds per row. */
  readonly budgetMilliseconds: number;
  /** Setting chosen beforehand on other rows; null where none was. */
  readonly calibrated: TimedReading | null;
  /** Last setting within the budget on the reported rows themselves; null where even the cheapest exceeds it. */
  readonly swept: TimedReading | null;
}

export interface TimeBudgetsOptions extends Omit<BudgetTableOptions, 'budgets' | 'chosen'> {
  /** Milliseconds per row of leaving at each exit, ascending, by `exitMilliseconds` of a profile. One per exit. */
  readonly exitMilliseconds: readonly number[];
  /** Mean milliseconds per row. */
  readonly budgets: readonly number[];
  /** Settings chosen on other rows. */
  readonly chosen?: readonly { readonly budgetMilliseconds: number; readonly setting: number }[];
}

/**
 * One row per budget.
 * @throws InvalidInputError for a budget that is not a positive number, or a wrong number of times.
 */
export function timeBudgets(options: TimeBudgetsOptions): TimeBudgetRow[] {
  const { predictions, rule, budgets, backboneMacs, exitMilliseconds, chosen = [] } = options;
  checkBudgets(budgets, backboneMacs);
  const curve = sweep(pricedInMilliseconds(predictions, exitMilliseconds), rule, options.settings);
  const read = (setting: number): TimedReading => {
    const { accuracy, macs, histogram } = applyRule(predictions, rule, setting);
    const milliseconds = meanMilliseconds(histogram, exitMilliseconds);
    return { setting, accuracy, cost: macs / backboneMacs, histogram, milliseconds };
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

/**
 * The same predictions with times for costs: everything that reads `exitMacs` then counts in milliseconds.
 * @throws InvalidInputError for a wrong number of times.
 */
export function pricedInMilliseconds(
  predictions: ExitPredictions,
  exitMilliseconds: readonly number[],
): ExitPredictions {
  const exits = predictions.exitMacs.length;
  if (exitMilliseconds.length !== exits) {
    throw new InvalidInputError(`Received times of ${exitMilliseconds.length} exits; expected ${exits}, one per exit.`);
  }
  return { ...predictions, exitMacs: exitMilliseconds };
}

/**
 * @param histogram Number of rows that left at each exit, or their shares.
 * @param exitMilliseconds Milliseconds per row of leaving at each.
 * @returns mean milliseconds per row.
 */
export function meanMilliseconds(histogram: readonly number[], exitMilliseconds: readonly number[]): number {
  const rows = histogram.reduce((sum, count) => sum + count, 0);
  return histogram.reduce((sum, count, exit) => sum + count * (exitMilliseconds[exit] ?? Number.NaN), 0) / rows;
}

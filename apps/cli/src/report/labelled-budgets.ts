// Budgets of both kinds, shares of the MACs and milliseconds, as one list: tables and charts treat them alike.

import { type BudgetReading, type MethodReport, meanCost, policyKindOfRule } from '@ztw/core/evaluation';
import { formatMilliseconds, formatPercent, formatSetting } from '../output/format.ts';

export interface LabelledBudget {
  /** Tells budgets apart, also those that round to one label. */
  readonly key: string;
  /** `50 %` or `3.00 ms`. */
  readonly label: string;
  readonly calibrated: BudgetReading | null;
  readonly swept: BudgetReading | null;
}

/** A method's budgets in MACs, then those in milliseconds. */
export function labelledBudgets({ budgets, times }: MethodReport): readonly LabelledBudget[] {
  return [
    ...budgets.map(({ budget, calibrated, swept }) => ({
      key: `${budget}`,
      label: formatPercent(budget, 0),
      calibrated,
      swept,
    })),
    ...(times?.budgets ?? []).map(({ budgetMilliseconds, calibrated, swept }) => ({
      key: `${budgetMilliseconds} ms`,
      label: formatMilliseconds(budgetMilliseconds),
      calibrated,
      swept,
    })),
  ];
}

/** What a reading was paid: `49.9 %`, and with times `49.9 %, 1.23 ms`. */
export function paid({ times }: MethodReport, { cost, histogram }: BudgetReading): string {
  const share = formatPercent(cost, 1);
  return times === undefined
    ? share
    : `${share}, ${formatMilliseconds(meanCost(histogram, { perExit: times.exitMilliseconds }))}`;
}

/** The setting behind a reading: `> 0.900`, `patience 3`, `entropy < 0.300`. */
export function settingText({ rule }: MethodReport, { setting: value }: BudgetReading): string {
  const name = rule === 'threshold' ? '' : `${rule} `;
  return `${name}${isCounted(rule) ? '' : `${policyKindOfRule(rule)?.comparisons[0] ?? ''} `}${formatSetting(value)}`;
}

/** Whether settings are whole numbers, of which there are few. */
export function isCounted(rule: string): boolean {
  return policyKindOfRule(rule)?.limits.isWhole === true;
}

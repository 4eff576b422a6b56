import type { OperatingPoint } from '../contract/operating-point.ts';
import { type CalibrateOptions, chooseSettings } from './calibrate.ts';
import { applyRule } from './exit-outcome.ts';
import { thresholdRule } from './exit-rule.ts';
import { pricedInMilliseconds } from './time-budgets.ts';

export interface CalibrateTimesOptions extends Omit<CalibrateOptions, 'budgets'> {
  /** Mean milliseconds per row. */
  readonly budgets: readonly number[];
  /** Milliseconds per row of leaving at each exit, ascending. One per exit. */
  readonly exitMilliseconds: readonly number[];
}

/**
 * As `calibrate`, for budgets in milliseconds: for each the last threshold whose mean time is within it.
 * @returns Operating points for a bundle's manifest, whose `budget` is what they cost in MACs; a budget that even the first exit
 *   exceeds is left out.
 * @throws InvalidInputError for a budget or `backboneMacs` that is not a positive number, or a wrong number of times.
 */
export function calibrateTimes(options: CalibrateTimesOptions): OperatingPoint[] {
  const { predictions, exitMilliseconds, budgets, backboneMacs, thresholds } = options;
  const rule = thresholdRule(options);
  const chosen = chooseSettings({
    predictions: pricedInMilliseconds(predictions, exitMilliseconds),
    rule,
    budgets,
    // Budgets are shares of this: one millisecond makes them milliseconds.
    backboneMacs: 1,
    ...(thresholds && { settings: thresholds }),
  });
  return chosen.map(({ setting }) => {
    const { accuracy, macs, histogram } = applyRule(predictions, rule, setting);
    const cost = macs / backboneMacs;
    const exitShares = histogram.map((count) => count / predictions.rows);
    return { budget: cost, threshold: setting, accuracy, cost, exitShares };
  });
}

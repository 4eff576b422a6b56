import type { OperatingPoint } from '../contract/operating-point.ts';
import { type ExitCosts, meanCost, wholeCost } from '../costs/exit-costs.ts';
import { type CalibrateOptions, chooseSettings, operatingPointAt } from './calibrate.ts';
import { applySetting } from './exit-outcome.ts';

export interface CalibrateTimesOptions extends Omit<CalibrateOptions, 'budgets'> {
  /** Mean milliseconds per row. */
  readonly budgets: readonly number[];
  /** In milliseconds, by `profileCosts`. */
  readonly times: ExitCosts;
}

/**
 * `calibrate` for budgets in milliseconds: for each, the strictest setting whose mean time is within it.
 * @returns Operating points for a bundle's manifest, whose `budget` is their cost in MACs. A budget that even the first
 *   exit exceeds is left out.
 * @throws InvalidInputError for a budget or a whole cost that is not a positive number, or a wrong number of times.
 */
export function calibrateTimes(options: CalibrateTimesOptions): OperatingPoint[] {
  const { predictions, costs, times } = options;
  const whole = wholeCost(costs);
  return chooseSettings({ ...options, costs: times }).map(({ setting }) => {
    const { accuracy, histogram } = applySetting(predictions, options, setting);
    const cost = meanCost(histogram, costs) / whole;
    return operatingPointAt(options, { budget: cost, setting, accuracy, cost });
  });
}

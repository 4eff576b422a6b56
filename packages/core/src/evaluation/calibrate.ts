// Choosing settings on held-out rows, so that they do not depend on the reported rows.

import type { OperatingPoint } from '../contract/operating-point.ts';
import { type ExitCosts, wholeCost } from '../costs/exit-costs.ts';
import { InvalidInputError } from '../errors/errors.ts';
import { lastWithinBudget } from './budget-readoff.ts';
import { applySetting } from './exit-outcome.ts';
import type { ExitPredictions } from './exit-predictions.ts';
import { type PricedPoint, sweep } from './sweep.ts';
import { type SweptPolicy, specificationAt } from './swept-policy.ts';

export interface ChooseSettingsOptions extends SweptPolicy {
  /** Held-out rows: neither trained on nor reported. */
  readonly predictions: ExitPredictions;
  /** Mean costs per row, in the unit of `costs`. */
  readonly budgets: readonly number[];
  readonly costs: ExitCosts;
  /**
   * Candidates, from the loosest to the strictest; default: the kind's own. Those of confidence are 1,001 from 0 to 1;
   * give finer ones near 1 if most confidences are above 0.999.
   */
  readonly settings?: ArrayLike<number>;
}

/** A setting chosen for a budget, and its results on the rows on which it was chosen. */
export interface ChosenSetting extends PricedPoint {
  readonly budget: number;
}

/**
 * For each budget the strictest setting whose mean cost is within it.
 *
 * It is not the most accurate one within the budget. On the reference's networks (2,000 rows to choose, 8,000 to
 * report) that choice picked peaks that arose by chance: it lost up to 0.3 points at 100 % and gained nothing
 * elsewhere.
 * @returns One per budget, in their order; a budget that even the cheapest setting exceeds is left out.
 * @throws InvalidInputError for a budget that is not a positive number, or a wrong number of costs.
 */
export function chooseSettings(options: ChooseSettingsOptions): ChosenSetting[] {
  return chooseWithin(options, 1);
}

/**
 * The same for budgets that are fractions of the whole network's cost.
 * @throws InvalidInputError as `chooseSettings`, and for a whole cost that is not a positive number.
 */
export function chooseSettingsForShares(options: ChooseSettingsOptions): ChosenSetting[] {
  return chooseWithin(options, wholeCost(options.costs));
}

/** @param unit Cost of a budget of 1. */
function chooseWithin(options: ChooseSettingsOptions, unit: number): ChosenSetting[] {
  checkBudgets(options.budgets);
  const curve = sweep(options.predictions, options);
  return options.budgets.flatMap((budget) => {
    const point = lastWithinBudget(curve, budget * unit);
    return point === null ? [] : [{ budget, ...point }];
  });
}

export interface CalibrateOptions extends Omit<ChooseSettingsOptions, 'budgets'> {
  /** Fractions of the whole network's MACs. */
  readonly budgets: readonly number[];
  /** In MACs, by `costsInMacs`. */
  readonly costs: ExitCosts;
}

/**
 * Chooses one setting per budget, for any kind of policy.
 * @returns Operating points for a bundle's manifest; a budget that even the first exit exceeds is left out.
 * @throws InvalidInputError as `chooseSettingsForShares`.
 */
export function calibrate(options: CalibrateOptions): OperatingPoint[] {
  const whole = wholeCost(options.costs);
  return chooseSettingsForShares(options).map(({ budget, setting, accuracy, cost }) =>
    operatingPointAt(options, { budget, setting, accuracy, cost: cost / whole }),
  );
}

/** @param facts `budget` and `cost` are fractions of the whole network's MACs. */
export function operatingPointAt(
  options: SweptPolicy & Pick<ChooseSettingsOptions, 'predictions'>,
  { budget, setting, accuracy, cost }: ChosenSetting,
): OperatingPoint {
  const { histogram } = applySetting(options.predictions, options, setting);
  const exitShares = histogram.map((count) => count / options.predictions.rows);
  return { budget, policy: specificationAt(options, setting), accuracy, cost, exitShares };
}

/** @throws InvalidInputError for a budget that is not a positive number. */
export function checkBudgets(budgets: readonly number[]): void {
  const bad = budgets.find((value) => !(Number.isFinite(value) && value > 0));
  if (bad !== undefined) {
    throw new InvalidInputError(
      `Expected a positive number as a budget; received ${bad}. Give a share such as 0.5, which is half of the backbone's MACs, or milliseconds.`,
      { expected: 'a positive number', received: bad, path: 'budgets' },
    );
  }
}

// Choosing settings on held-out rows, so that reported rows have no say in them.

import type { OperatingPoint } from '../contract/operating-point.ts';
import { InvalidInputError } from '../errors/errors.ts';
import { lastWithinBudget } from './budget-readoff.ts';
import { applyRule } from './exit-outcome.ts';
import type { ExitPredictions } from './exit-predictions.ts';
import { type ExitRule, type ThresholdRuleOptions, thresholdRule } from './exit-rule.ts';
import { type CurvePoint, sweep } from './sweep.ts';

export interface ChooseSettingsOptions {
  /** Held-out rows: neither trained on nor reported. */
  readonly predictions: ExitPredictions;
  readonly rule: ExitRule;
  /** Fractions of `backboneMacs`. */
  readonly budgets: readonly number[];
  /** MACs per row of the full network without any IC: the 100 % of every budget. */
  readonly backboneMacs: number;
  /** Candidates, ascending; default: the rule's own. */
  readonly settings?: ArrayLike<number>;
}

/** A setting chosen for a budget, and what it gave where it was chosen. */
export interface ChosenSetting extends CurvePoint {
  readonly budget: number;
}

/**
 * For each budget the last setting whose mean cost is within it.
 *
 * Not the most accurate one within it: measured on the reference's networks (2,000 rows to choose, 8,000 to report) that picks
 * lucky peaks and loses up to 0.3 points at 100 %, and gains nothing elsewhere.
 * @returns One per budget, in their order; a budget that even the cheapest setting exceeds is left out.
 * @throws InvalidInputError for a budget or `backboneMacs` that is not a positive number.
 */
export function chooseSettings(options: ChooseSettingsOptions): ChosenSetting[] {
  const { predictions, rule, budgets, backboneMacs, settings } = options;
  checkBudgets(budgets, backboneMacs);
  const curve = sweep(predictions, rule, settings);
  return budgets.flatMap((budget) => {
    const point = lastWithinBudget(curve, budget * backboneMacs);
    return point === null ? [] : [{ budget, ...point }];
  });
}

export interface CalibrateOptions extends ThresholdRuleOptions, Omit<ChooseSettingsOptions, 'rule' | 'settings'> {
  /** Candidates, ascending. Default: 1,001 from 0 to 1; give finer ones near 1 where most confidences lie above 0.999. */
  readonly thresholds?: ArrayLike<number>;
}

/**
 * Chooses one confidence threshold per budget.
 *
 * One for all exits: a search for one per exit (3,000 random steps, the reference's ZTW networks, 2,000 rows to choose) gained
 * 0.3 to 1.4 points on the rows it chose on, and -0.2 to +0.2 on the 8,000 others.
 * @returns Operating points for a bundle's manifest; a budget that even the first exit exceeds is left out.
 * @throws InvalidInputError as `chooseSettings`.
 */
export function calibrate(options: CalibrateOptions): OperatingPoint[] {
  const { thresholds, ...rest } = options;
  const rule = thresholdRule(options);
  return chooseSettings({ ...rest, rule, ...(thresholds && { settings: thresholds }) }).map((chosen) => ({
    budget: chosen.budget,
    threshold: chosen.setting,
    accuracy: chosen.accuracy,
    cost: chosen.macs / options.backboneMacs,
    exitShares: applyRule(options.predictions, rule, chosen.setting).histogram.map(
      (count) => count / options.predictions.rows,
    ),
  }));
}

/** @throws InvalidInputError for a budget or `backboneMacs` that is not a positive number. */
export function checkBudgets(budgets: readonly number[], backboneMacs: number): void {
  const bad = [...budgets, backboneMacs].find((value) => !(Number.isFinite(value) && value > 0));
  if (bad !== undefined) {
    throw new InvalidInputError(
      `Received ${bad} as a budget or as the backbone's MACs; expected positive numbers. A budget is a fraction: 0.5 is half of the backbone's MACs.`,
    );
  }
}

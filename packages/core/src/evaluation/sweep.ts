// Accuracy and mean cost at every setting of a kind of policy, in one pass over the rows.

import type { Comparison } from '../contract/exit-policy.ts';
import type { ExitCosts } from '../costs/exit-costs.ts';
import { InvalidInputError } from '../errors/errors.ts';
import { isLooser, passing } from '../policy/policy-kind.ts';
import { policyKinds } from '../policy/policy-kinds.ts';
import type { ExitPredictions } from './exit-predictions.ts';
import { mostConfidentExit } from './most-confident-exit.ts';
import { completeSweptPolicy, exitScores, type SweptPolicy, settingsOf } from './swept-policy.ts';

/** Accuracy and cost of one setting on a set of rows. */
export interface PricedPoint {
  /** The limit of the policy. */
  readonly setting: number;
  /** Share of rows that were classified correctly, 0 to 1. */
  readonly accuracy: number;
  /** Mean cost per row, in the unit of the sweep's costs. */
  readonly cost: number;
}

/** A point of a sweep in MACs. */
export interface CurvePoint extends PricedPoint {
  /** Mean MACs per row; the same as `cost`. */
  readonly macs: number;
}

export interface SweepOptions extends SweptPolicy {
  /**
   * From the loosest to the strictest: ascending, or descending if a smaller score means more certain. Default: the
   * kind's own.
   */
  readonly settings?: ArrayLike<number>;
  /** Costs of leaving at each exit. Default: the predictions' MACs. */
  readonly costs?: ExitCosts;
}

export interface ThresholdSweepOptions extends Pick<SweptPolicy, 'comparison' | 'fallback'> {
  /** Ascending. Default: 1,001 from 0 to 1. */
  readonly thresholds?: ArrayLike<number>;
}

export interface PatienceSweepOptions {
  /** Ascending. Default: 0 to the number of exits - 1. */
  readonly patiences?: ArrayLike<number>;
}

/** Sweeps a confidence threshold, in MACs. */
export function thresholdSweep(
  predictions: ExitPredictions,
  { thresholds, ...options }: ThresholdSweepOptions = {},
): CurvePoint[] {
  return sweepInMacs(predictions, { ...options, ...(thresholds && { settings: thresholds }) });
}

/** Sweeps the patience, in MACs. */
export function patienceSweep(predictions: ExitPredictions, { patiences }: PatienceSweepOptions = {}): CurvePoint[] {
  return sweepInMacs(predictions, { policy: policyKinds.patience, ...(patiences && { settings: patiences }) });
}

function sweepInMacs(predictions: ExitPredictions, options: Omit<SweepOptions, 'costs'>): CurvePoint[] {
  return sweep(predictions, options).map((point) => ({ ...point, macs: point.cost }));
}

/**
 * Sweeps any kind of policy.
 *
 * A row leaves at exit `m` for the settings that the score at `m` passes and no earlier score passed. They are a range,
 * because settings are in the order of strictness. Each row adds its cost and its success to a few ranges, and one
 * running sum at the end gives all points: `O(rows * exits * log settings + settings)`.
 * @returns one point per setting, in their order, so that the cost never falls.
 * @throws InvalidInputError for settings that are not in order, or a wrong number of costs.
 */
export function sweep(predictions: ExitPredictions, options: SweepOptions = {}): PricedPoint[] {
  const { policy, comparison, fallback } = completeSweptPolicy(options);
  const settings = options.settings ?? settingsOf(options, predictions);
  checkOrder(settings, comparison);
  const exitCosts = options.costs?.perExit ?? predictions.exitMacs;
  const { rows, labels, answers } = predictions;
  const lastExit = answers.length - 1;
  checkCosts(exitCosts, answers.length);
  const scores = exitScores(predictions, policy);
  const passes = passing(comparison);
  // Differences from each setting to the next, summed over all rows.
  const rightSteps = new Float64Array(settings.length + 1);
  const costSteps = new Float64Array(settings.length + 1);
  const addRange = (from: number, to: number, exitIndex: number, answer: number, label: number): void => {
    if (from >= to) return;
    const cost = exitCosts[exitIndex] as number;
    costSteps[from] = (costSteps[from] as number) + cost;
    costSteps[to] = (costSteps[to] as number) - cost;
    if (answer !== label) return;
    rightSteps[from] = (rightSteps[from] as number) + 1;
    rightSteps[to] = (rightSteps[to] as number) - 1;
  };
  for (let row = 0; row < rows; row++) {
    const label = labels[row] as number;
    let settled = 0;
    for (let exitIndex = 0; exitIndex <= lastExit && settled < settings.length; exitIndex++) {
      const answer = answers[exitIndex]?.[row] as number;
      const passed = countPassed(settings, scores[exitIndex]?.[row] as number, passes, settled);
      addRange(settled, passed, exitIndex, answer, label);
      settled = passed;
    }
    const answer = answers[fallback === 'last' ? lastExit : mostConfidentExit(predictions, row)]?.[row] as number;
    addRange(settled, settings.length, lastExit, answer, label);
  }
  let right = 0;
  let cost = 0;
  return Array.from(settings, (setting, index) => {
    right += rightSteps[index] as number;
    cost += costSteps[index] as number;
    return { setting, accuracy: right / rows, cost: cost / rows };
  });
}

/** Number of leading settings that a score passes, known to be at least `from`. Binary search. */
function countPassed(
  settings: ArrayLike<number>,
  score: number,
  passes: (score: number, limit: number) => boolean,
  from: number,
): number {
  let low = from;
  let high = settings.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (passes(score, settings[middle] as number)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function checkOrder(settings: ArrayLike<number>, comparison: Comparison): void {
  for (let index = 0; index < settings.length; index++) {
    const setting = settings[index] as number;
    if (Number.isNaN(setting) || (index > 0 && !isLooser(comparison, settings[index - 1] as number, setting))) {
      const order = isLooser(comparison, 0, 1) ? 'ascending' : 'descending';
      throw new InvalidInputError(
        `Expected settings in ${order} order, from the loosest to the strictest; received ${setting} at position ${index}. Sort them first.`,
        { expected: `${order} order`, received: setting, path: `settings[${index}]` },
      );
    }
  }
}

function checkCosts(costs: readonly number[], exitCount: number): void {
  if (costs.length !== exitCount) {
    throw new InvalidInputError(`Expected ${exitCount} costs, one per exit; received ${costs.length}.`, {
      expected: exitCount,
      received: costs.length,
      path: 'costs',
    });
  }
}

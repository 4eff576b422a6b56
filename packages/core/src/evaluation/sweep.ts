// Accuracy and mean cost at every setting of an exit rule, in one pass over the rows.

import { InvalidInputError } from '../errors/errors.ts';
import type { ExitPredictions } from './exit-predictions.ts';
import { type ExitRule, patienceRule, type ThresholdRuleOptions, thresholdRule } from './exit-rule.ts';
import { mostConfidentExit } from './most-confident-exit.ts';

/** What one setting gives on a set of rows. */
export interface CurvePoint {
  /** The threshold, or the patience. */
  readonly setting: number;
  /** Share of rows answered rightly, 0 to 1. */
  readonly accuracy: number;
  /** Mean MACs per row. */
  readonly macs: number;
}

export interface ThresholdSweepOptions extends ThresholdRuleOptions {
  /** Ascending. Default: 1,001 from 0 to 1. */
  readonly thresholds?: ArrayLike<number>;
}

export interface PatienceSweepOptions {
  /** Ascending. Default: 0 to the number of exits - 1. */
  readonly patiences?: ArrayLike<number>;
}

/** Sweeps a confidence threshold. */
export function thresholdSweep(predictions: ExitPredictions, options: ThresholdSweepOptions = {}): CurvePoint[] {
  return sweep(predictions, thresholdRule(options), options.thresholds);
}

/** Sweeps the patience. */
export function patienceSweep(predictions: ExitPredictions, options: PatienceSweepOptions = {}): CurvePoint[] {
  return sweep(predictions, patienceRule(), options.patiences);
}

/**
 * Sweeps any rule.
 *
 * A row leaves at exit `m` for exactly those settings that no score before exceeded and the score at `m` does: a range of the
 * ascending settings. So each row adds its cost and its success to a few ranges, and one running sum at the end gives
 * all points: `O(rows * exits * log settings + settings)`.
 * @param settings Ascending; default: the rule's own.
 * @throws InvalidInputError for settings that are not ascending.
 */
export function sweep(
  predictions: ExitPredictions,
  rule: ExitRule,
  settings: ArrayLike<number> = rule.settings(predictions),
): CurvePoint[] {
  checkAscending(settings);
  const { rows, labels, exitMacs, answers } = predictions;
  const scores = rule.scores(predictions);
  const lastExit = exitMacs.length - 1;
  // Differences from each setting to the next, summed over all rows.
  const rightSteps = new Float64Array(settings.length + 1);
  const macsSteps = new Float64Array(settings.length + 1);
  const addRange = (from: number, to: number, exitIndex: number, answer: number, label: number): void => {
    if (from >= to) return;
    const macs = exitMacs[exitIndex] as number;
    macsSteps[from] = (macsSteps[from] as number) + macs;
    macsSteps[to] = (macsSteps[to] as number) - macs;
    if (answer !== label) return;
    rightSteps[from] = (rightSteps[from] as number) + 1;
    rightSteps[to] = (rightSteps[to] as number) - 1;
  };
  for (let row = 0; row < rows; row++) {
    const label = labels[row] as number;
    let settled = 0;
    for (let exitIndex = 0; exitIndex <= lastExit && settled < settings.length; exitIndex++) {
      const answer = answers[exitIndex]?.[row] as number;
      const exceeded = countExceeded(settings, scores[exitIndex]?.[row] as number, rule.comparison, settled);
      addRange(settled, exceeded, exitIndex, answer, label);
      settled = exceeded;
    }
    const answer = answers[rule.fallback === 'last' ? lastExit : mostConfidentExit(predictions, row)]?.[row] as number;
    addRange(settled, settings.length, lastExit, answer, label);
  }
  let right = 0;
  let macs = 0;
  return Array.from(settings, (setting, index) => {
    right += rightSteps[index] as number;
    macs += macsSteps[index] as number;
    return { setting, accuracy: right / rows, macs: macs / rows };
  });
}

/** Number of leading settings that a score exceeds, known to be at least `from`. Binary search. */
function countExceeded(settings: ArrayLike<number>, score: number, comparison: '>' | '>=', from: number): number {
  let low = from;
  let high = settings.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const setting = settings[middle] as number;
    if (comparison === '>' ? score > setting : score >= setting) low = middle + 1;
    else high = middle;
  }
  return low;
}

function checkAscending(settings: ArrayLike<number>): void {
  for (let index = 0; index < settings.length; index++) {
    const setting = settings[index] as number;
    if (Number.isNaN(setting) || (index > 0 && setting < (settings[index - 1] as number))) {
      throw new InvalidInputError(
        `Setting ${index} of the sweep is ${setting}; expected settings in ascending order. Sort them first.`,
      );
    }
  }
}

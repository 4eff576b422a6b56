// All measurements on one set of rows as one JSON-safe object: the content of report.json, which report.html draws.
// Absolute costs are called `macs` (per row); `cost` is always a fraction of the backbone's MACs.

import { type ExitCosts, wholeCost } from '../costs/exit-costs.ts';
import { InvalidInputError } from '../errors/errors.ts';
import type { PolicyKind } from '../policy/policy-kind.ts';
import { findPolicyKind, policyKinds } from '../policy/policy-kinds.ts';
import { type BudgetRow, readBudgets } from './budget-table.ts';
import { exitExpectedCalibrationErrors, exitKsCalibrationErrors } from './calibration-error.ts';
import { exitAccuracies } from './exit-accuracy.ts';
import type { ExitPredictions } from './exit-predictions.ts';
import { failurePredictionAurocs } from './failure-prediction.ts';
import { hindsightImprovability } from './hindsight-improvability.ts';
import { oracleBound } from './oracle-bound.ts';
import { outOfDistributionAurocs } from './out-of-distribution.ts';
import type { RowOverlap } from './row-overlap.ts';
import { type PricedPoint, sweep } from './sweep.ts';
import { completeSweptPolicy, type SweptPolicy } from './swept-policy.ts';
import { type TimeBudgetRow, type TimeBudgetsOptions, timeBudgets } from './time-budgets.ts';

/** The measures of one exit alone. */
export interface ExitReport {
  /** The stage's name: the cut's tensor, or `final`. */
  readonly name: string;
  /** MACs per row of leaving here. */
  readonly macs: number;
  /** The same as a fraction of the backbone's MACs. */
  readonly cost: number;
  /** 0 to 1. */
  readonly accuracy: number;
  /** Share of its errors that some earlier exit classified correctly, 0 to 1; lower is better. */
  readonly hindsightImprovability: number;
  readonly ksCalibrationError: number;
  readonly expectedCalibrationError: number;
  /** How well its confidence separates correct from wrong answers; null if all are correct or all are wrong. */
  readonly failureAuroc: number | null;
  /** How well its confidence separates known input from foreign input; null if no foreign input was given. */
  readonly outOfDistributionAuroc: number | null;
}

/** A point of a curve in a report. */
export interface ReportPoint {
  /** The limit of the policy: the threshold, or the patience. */
  readonly setting: number;
  readonly accuracy: number;
  /** Fraction of the backbone's MACs. */
  readonly cost: number;
}

/** The times of a method on one device, from its profile. */
export interface MethodTimes {
  /** Where the profile was measured; null if unknown. */
  readonly device: string | null;
  /** Rows that ran together when it was measured. */
  readonly batchSize: number;
  /** Milliseconds per row of leaving at each exit. */
  readonly exitMilliseconds: readonly number[];
  /** Of the uncut network; null if it was not measured. */
  readonly wholeMilliseconds: number | null;
  /** One per budget in milliseconds. */
  readonly budgets: readonly TimeBudgetRow[];
}

/** One method: predictions of some exits, and the kind of policy by which rows leave. */
export interface MethodReport {
  /** The method's name: `ZTW`, `SDN`, `PABEE`. */
  readonly name: string;
  /** The kind of policy; `threshold` is the kind `confidence`, `policyKindOfRule` finds any. */
  readonly rule: string;
  /** The 100 % of `cost` and of the budgets, MACs per row. */
  readonly backboneMacs: number;
  /** In the order of the settings, without settings that give the same point as the one before. */
  readonly curve: readonly ReportPoint[];
  readonly budgets: readonly BudgetRow[];
  /** In the order of the exits; the histograms in `budgets` have the same order. */
  readonly exits: readonly ExitReport[];
  /** Every row at its first correct exit; at the first exit if none is correct. */
  readonly oracle: { readonly accuracy: number; readonly cost: number };
  /** Absent if no times were given. */
  readonly times?: MethodTimes;
}

/** A network that answers every row in full, for comparison. */
export interface ReferencePoint {
  readonly name: string;
  readonly accuracy: number;
  /** MACs per row. */
  readonly macs: number;
}

/** The relation of the reported rows to those on which the `calibrated` settings were chosen. */
export type SettingsOrigin =
  /** None of them is reported. */
  | { readonly kind: 'other-rows' }
  /** This number of the reported rows are among them. */
  | ({ readonly kind: 'overlapping-rows' } & RowOverlap)
  /** It cannot be determined. */
  | { readonly kind: 'unknown-rows' };

export interface EvaluationReport {
  readonly format: 'ztw-evaluation';
  readonly version: 1;
  readonly title: string;
  readonly rows: number;
  readonly classes: number;
  /** One name per class; null if none are known. */
  readonly labels: readonly string[] | null;
  /** Whole networks without any IC. */
  readonly references: readonly ReferencePoint[];
  readonly methods: readonly MethodReport[];
  /** Inputs that could not be read, with the reason. */
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
  /** Warnings about the numbers, a sentence or two each; absent if there are none. */
  readonly cautions?: readonly string[];
  /** Absent in reports that do not say, which means `unknown-rows`. */
  readonly settingsOrigin?: SettingsOrigin;
  /** How it was made: versions, seed, data, rows, commands. */
  readonly provenance: Readonly<Record<string, unknown>>;
}

export interface ReportMethodOptions extends SweptPolicy {
  readonly name: string;
  readonly predictions: ExitPredictions;
  /** One per exit. */
  readonly exitNames: readonly string[];
  /** In MACs, by `costsInMacs`. */
  readonly costs: ExitCosts;
  /** Fractions of the backbone's MACs. */
  readonly budgets: readonly number[];
  /** Settings chosen on other rows. */
  readonly chosen?: readonly { readonly budget: number; readonly setting: number }[];
  /** Settings to sweep, from the loosest to the strictest; default: the kind's own. */
  readonly settings?: ArrayLike<number>;
  /** Predictions of the same exits on foreign input. */
  readonly foreign?: ExitPredictions;
  /** The exits' times on a device, and the budgets in milliseconds to report. */
  readonly times?: Pick<MethodTimes, 'device' | 'batchSize'> &
    Pick<TimeBudgetsOptions, 'budgets' | 'chosen'> & {
      /** In milliseconds, by `profileCosts`. */
      readonly costs: ExitCosts;
    };
}

/**
 * Measures one method on its stored predictions.
 * @throws InvalidInputError for a budget or a whole cost that is not a positive number, or a wrong number of names or
 *   times.
 */
export function reportMethod(options: ReportMethodOptions): MethodReport {
  const { name, predictions, costs } = options;
  const backboneMacs = wholeCost(costs);
  const curve = sweep(predictions, options);
  const oracle = oracleBound(predictions);
  return {
    name,
    rule: ruleOf(completeSweptPolicy(options).policy),
    backboneMacs,
    curve: distinctPoints(curve).map(({ setting, accuracy, cost }) => ({
      setting,
      accuracy,
      cost: cost / backboneMacs,
    })),
    budgets: readBudgets(options, curve),
    exits: reportExits(options),
    oracle: { accuracy: oracle.accuracy, cost: oracle.macs / backboneMacs },
    ...(options.times && { times: reportTimes(options, options.times) }),
  };
}

function reportTimes(options: ReportMethodOptions, times: NonNullable<ReportMethodOptions['times']>): MethodTimes {
  const { device, batchSize, costs, budgets, chosen } = times;
  const { chosen: _, ...common } = options;
  const rows = timeBudgets({ ...common, times: costs, budgets, ...(chosen && { chosen }) });
  return { device, batchSize, exitMilliseconds: costs.perExit, wholeMilliseconds: costs.whole, budgets: rows };
}

/** Reports name the first kind by its setting, for compatibility with earlier reports. */
const confidenceRule = 'threshold';

function ruleOf({ kind }: PolicyKind): string {
  return kind === policyKinds.confidence.kind ? confidenceRule : kind;
}

/** The kind of policy that a report names; null for one of a newer release. */
export function policyKindOfRule(rule: string): PolicyKind | null {
  return rule === confidenceRule ? policyKinds.confidence : findPolicyKind(rule);
}

/** Assembles a report; every number in it survives JSON. */
export function createEvaluationReport(content: Omit<EvaluationReport, 'format' | 'version'>): EvaluationReport {
  return { format: 'ztw-evaluation', version: 1, ...content };
}

function reportExits({ predictions, exitNames, costs, foreign }: ReportMethodOptions): ExitReport[] {
  const backboneMacs = wholeCost(costs);
  if (exitNames.length !== predictions.exitMacs.length) {
    throw new InvalidInputError(
      `Expected ${predictions.exitMacs.length} exit names, one per exit; received ${exitNames.length}.`,
      { expected: predictions.exitMacs.length, received: exitNames.length, path: 'exitNames' },
    );
  }
  const accuracies = exitAccuracies(predictions);
  const improvabilities = hindsightImprovability(predictions);
  const ksErrors = exitKsCalibrationErrors(predictions);
  const expectedErrors = exitExpectedCalibrationErrors(predictions);
  const failureAurocs = failurePredictionAurocs(predictions);
  const foreignAurocs = foreign ? outOfDistributionAurocs(predictions, foreign) : [];
  return predictions.exitMacs.map((macs, exitIndex) => ({
    name: exitNames[exitIndex] as string,
    macs,
    cost: macs / backboneMacs,
    accuracy: accuracies[exitIndex] as number,
    hindsightImprovability: improvabilities[exitIndex] as number,
    ksCalibrationError: ksErrors[exitIndex] as number,
    expectedCalibrationError: expectedErrors[exitIndex] as number,
    failureAuroc: failureAurocs[exitIndex] ?? null,
    outOfDistributionAuroc: foreignAurocs[exitIndex] ?? null,
  }));
}

function distinctPoints(curve: readonly PricedPoint[]): PricedPoint[] {
  return curve.filter((point, index) => {
    const before = curve[index - 1];
    return before === undefined || before.cost !== point.cost || before.accuracy !== point.accuracy;
  });
}

// From a budget to the calibrated setting that keeps it.

import {
  type DeviceProfile,
  type ExitPolicy,
  InvalidInputError,
  type OperatingPoint,
  type PolicyKind,
  policyFromSpecification,
  policyKinds,
} from '@ztw/core';
import { checkProfiledStages, meanCost, profileCosts } from '@ztw/core/evaluation';
import { singleLimit } from '@ztw/core/runtime';

/** What a row may cost on average, in milliseconds, on a device whose costs were measured. */
export interface TimeBudget {
  /** Milliseconds per row. */
  readonly milliseconds: number;
  /** What the stages cost there, by `measureStages`. */
  readonly profile: DeviceProfile;
  /** Rows that run together; the profile must hold that batch size. Default 1. */
  readonly batchSize?: number;
  /** Where it will run, spelled as in the profile; where both are given they must be the same. */
  readonly device?: string;
}

/** A fraction of the backbone's MACs that a row may cost on average, or a time. */
export type Budget = number | TimeBudget;

/**
 * The most expensive operating point that stays within a budget. What a point costs in time follows from where the calibration
 * rows left, and from what leaving there costs on the device.
 * @param stageNames Names of the model's stages in order, which a profile must have been measured on.
 * @throws InvalidInputError when no operating point is within the budget; for a time also when the profile is of another model
 *   or device or lacks the batch size, or the bundle does not say where the calibration rows left.
 */
export function operatingPointFor(
  points: readonly OperatingPoint[],
  budget: Budget,
  stageNames: readonly string[],
): OperatingPoint {
  if (points.length === 0) {
    throw new InvalidInputError(
      'The bundle has no calibrated operating points. Pass a policy of your own, such as confidenceThreshold(0.9).',
    );
  }
  const costs = costsOf(points, budget, stageNames);
  const limit = typeof budget === 'number' ? budget : budget.milliseconds;
  const point = dearestWithin(points, costs, limit);
  if (point !== null) return point;
  const sorted = costs.toSorted((left, right) => left - right);
  throw new InvalidInputError(
    typeof budget === 'number'
      ? `The bundle was calibrated for the budgets ${sorted.join(', ')}, all above ${limit}. Choose one of them or pass a policy of your own.`
      : `The bundle's operating points cost ${sorted.map((cost) => cost.toPrecision(3)).join(', ')} ms per row on this device, all above ${limit} ms. Allow more time, or train with cheaper exits and lower --budgets.`,
  );
}

/**
 * The same without complaint: null where no operating point is within the budget, or there is none.
 * @throws InvalidInputError for a time, as `operatingPointFor`.
 */
export function operatingPointWithin(
  points: readonly OperatingPoint[],
  budget: Budget,
  stageNames: readonly string[],
): OperatingPoint | null {
  const limit = typeof budget === 'number' ? budget : budget.milliseconds;
  return dearestWithin(points, costsOf(points, budget, stageNames), limit);
}

function costsOf(points: readonly OperatingPoint[], budget: Budget, stageNames: readonly string[]): readonly number[] {
  return typeof budget === 'number' ? points.map((point) => point.budget) : timesOf(points, budget, stageNames);
}

function dearestWithin(
  points: readonly OperatingPoint[],
  costs: readonly number[],
  limit: number,
): OperatingPoint | null {
  let best = -1;
  costs.forEach((cost, index) => {
    if (cost <= limit && (best < 0 || cost > (costs[best] as number))) best = index;
  });
  return points[best] ?? null;
}

/** The exit policy of `operatingPointFor`. @throws InvalidInputError as that. */
export function policyForBudget(
  points: readonly OperatingPoint[],
  budget: Budget,
  stageNames: readonly string[],
): ExitPolicy {
  return policyFromSpecification(operatingPointFor(points, budget, stageNames).policy);
}

/**
 * The kind of policy that a bundle was calibrated with, by its first operating point of one limit for all exits.
 * @returns confidence where there is no such point.
 */
export function calibratedKind(points: readonly OperatingPoint[]): PolicyKind {
  const [first] = points.flatMap(({ policy }) => singleLimit(policy) ?? []);
  return first?.kind ?? policyKinds.confidence;
}

/** @returns mean milliseconds per row of each point. */
function timesOf(
  points: readonly OperatingPoint[],
  { profile, device, batchSize = 1 }: TimeBudget,
  stageNames: readonly string[],
): readonly number[] {
  checkProfiledStages(profile, stageNames);
  if (device !== undefined && profile.device !== undefined && device !== profile.device) {
    throw new InvalidInputError(
      `The profile was measured on: ${profile.device}. This is: ${device}. Measure here: ztw bench BUNDLE.`,
    );
  }
  const costs = profileCosts(profile, batchSize);
  return points.map(({ exitShares }) => {
    if (exitShares === undefined) {
      throw new InvalidInputError(
        'The bundle does not say where its calibration rows left, so budgets cannot be times. Train it again, or give a fraction.',
      );
    }
    return meanCost(exitShares, costs);
  });
}

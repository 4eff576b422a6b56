// From a budget to the calibrated setting within it.

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

/** Mean time per row, in milliseconds, on a device with a profile. */
export interface TimeBudget {
  /** Milliseconds per row. */
  readonly milliseconds: number;
  /** The stages' times on the device, from `measureStages`. */
  readonly profile: DeviceProfile;
  /** Rows that run together; the profile must hold that batch size. Default 1. */
  readonly batchSize?: number;
  /** The device on which it will run, as spelled in the profile. If both are given, they must be equal. */
  readonly device?: string;
}

/** A fraction of the backbone's MACs that a row may cost on average, or a time. */
export type Budget = number | TimeBudget;

/**
 * The most expensive operating point that stays within a budget. What a point costs in time follows from where the
 * calibration rows left, and from what leaving there costs on the device.
 * @param stageNames Names of the model's stages in order, which a profile must have been measured on.
 * @throws InvalidInputError when no operating point is within the budget; for a time also when the profile is of
 *   another model or device or lacks the batch size, or the bundle does not say where the calibration rows left.
 */
export function operatingPointFor(
  points: readonly OperatingPoint[],
  budget: Budget,
  stageNames: readonly string[],
): OperatingPoint {
  if (points.length === 0) {
    throw new InvalidInputError(
      'Expected a bundle with calibrated operating points; this one has none. Pass a policy of your own, such as confidenceThreshold(0.9).',
      { expected: 'at least one operating point', received: 0 },
    );
  }
  const costs = costsOf(points, budget, stageNames);
  const limit = typeof budget === 'number' ? budget : budget.milliseconds;
  const point = mostExpensiveWithin(points, costs, limit);
  if (point !== null) return point;
  const sorted = costs.toSorted((left, right) => left - right);
  throw new InvalidInputError(
    typeof budget === 'number'
      ? `The bundle was calibrated for the budgets ${sorted.join(', ')}, all above ${limit}. Choose one of them or pass a policy of your own.`
      : `The bundle's operating points cost ${sorted.map((cost) => cost.toPrecision(3)).join(', ')} ms per row on this device, all above ${limit} ms. Allow more time, or train with cheaper exits and lower budgets.`,
    { expected: sorted, received: limit, path: 'budget' },
  );
}

/**
 * `operatingPointFor` without the error: null if no operating point is within the budget.
 * @throws InvalidInputError for a time, as `operatingPointFor`.
 */
export function operatingPointWithin(
  points: readonly OperatingPoint[],
  budget: Budget,
  stageNames: readonly string[],
): OperatingPoint | null {
  const limit = typeof budget === 'number' ? budget : budget.milliseconds;
  return mostExpensiveWithin(points, costsOf(points, budget, stageNames), limit);
}

function costsOf(points: readonly OperatingPoint[], budget: Budget, stageNames: readonly string[]): readonly number[] {
  return typeof budget === 'number' ? points.map((point) => point.budget) : timesOf(points, budget, stageNames);
}

function mostExpensiveWithin(
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
 * @returns confidence if there is no such point.
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
      `Expected a profile of this device, ${device}; received one of ${profile.device}. Measure here: ztw bench BUNDLE.`,
      { expected: device, received: profile.device, path: 'device' },
    );
  }
  const costs = profileCosts(profile, batchSize);
  return points.map(({ exitShares }) => {
    if (exitShares === undefined) {
      throw new InvalidInputError(
        'Expected operating points with exit shares for a budget in milliseconds; this bundle has none. Train it again, or give a fraction.',
        { expected: 'exitShares', path: 'operatingPoints' },
      );
    }
    return meanCost(exitShares, costs);
  });
}

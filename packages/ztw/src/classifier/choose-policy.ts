// From the options of a call to an exit policy.

import { policyForBudget } from '@ztw/bundle';
import {
  confidenceThreshold,
  type DeviceProfile,
  type ExitPolicy,
  never,
  type OperatingPoint,
  type PerExit,
  policyFromSpecification,
} from '@ztw/core';
import type { CallOptions } from './call-options.ts';

/** What the choice of a policy depends on. */
export interface PolicyContext {
  readonly operatingPoints: readonly OperatingPoint[];
  readonly stageNames: readonly string[];
  /** Times of the stages on this device for a number of inputs at once. */
  readonly profileFor: (rows: number) => Promise<{ readonly profile: DeviceProfile; readonly batchSize: number }>;
}

/**
 * The policy of a call. Without a choice: that of the most accurate operating point that costs at most the full network,
 * and no early exit for a bundle without operating points.
 * @param rows Inputs that run together.
 * @throws InvalidInputError if no operating point is within the budget.
 */
export async function choosePolicy(
  { budget, threshold, policy }: CallOptions,
  { operatingPoints, stageNames, profileFor }: PolicyContext,
  rows: number,
): Promise<ExitPolicy> {
  if (policy !== undefined) return policy;
  if (threshold !== undefined) return confidenceThreshold(threshold as PerExit);
  if (budget === undefined) return defaultPolicy(operatingPoints);
  if (typeof budget === 'number') return policyForBudget(operatingPoints, budget, stageNames);
  const measured = await profileFor(rows);
  return policyForBudget(operatingPoints, { milliseconds: budget.milliseconds, ...measured }, stageNames);
}

/** The most accurate operating point that costs at most the full network; the cheaper one of equals. */
function defaultPolicy(points: readonly OperatingPoint[]): ExitPolicy {
  const [best] = points
    .filter(({ cost }) => cost <= 1)
    .toSorted((left, right) => right.accuracy - left.accuracy || left.cost - right.cost);
  return best === undefined ? never() : policyFromSpecification(best.policy);
}

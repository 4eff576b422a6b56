// When rows may leave: from the user's options to a policy of the core.

import { operatingPointWithin, policyForBudget } from '@ztw/bundle';
import { type DeviceProfile, type ExitPolicy, InvalidInputError, type OperatingPoint } from '@ztw/core';

/** When rows leave, as the user chose it. */
export type ExitChoice =
  /** Half of the MACs, or the smallest budget that the bundle was calibrated for if that is more. */
  | { readonly kind: 'default' }
  | { readonly kind: 'budget'; readonly budget: number }
  | { readonly kind: 'milliseconds'; readonly milliseconds: number }
  | { readonly kind: 'policy'; readonly policy: ExitPolicy };

/** The bundle and the device that a choice is made for. */
export interface ExitSituation {
  readonly operatingPoints: readonly OperatingPoint[];
  readonly stageNames: readonly string[];
  /** Rows that run together. */
  readonly batchSize: number;
  /** Times of the stages on this device; null if they were not measured. */
  readonly profile: DeviceProfile | null;
  /** Name of this device, as in profiles. */
  readonly device: string;
}

const defaultBudget = 0.5;

/**
 * The policy for a choice. A budget takes that of the most expensive calibrated operating point within it.
 * @throws InvalidInputError for a budget below all calibrated ones, and for a time without a profile that fits.
 */
export function chooseExit(
  choice: ExitChoice,
  { operatingPoints, stageNames, profile, ...where }: ExitSituation,
): ExitPolicy {
  switch (choice.kind) {
    case 'policy':
      return choice.policy;
    case 'default': {
      checkCalibrated(operatingPoints);
      const budget = Math.max(defaultBudget, Math.min(...operatingPoints.map((point) => point.budget)));
      return policyForBudget(operatingPoints, budget, stageNames);
    }
    case 'budget': {
      checkCalibrated(operatingPoints);
      if (operatingPointWithin(operatingPoints, choice.budget, stageNames) === null) {
        throw budgetTooLow(operatingPoints, choice.budget);
      }
      return policyForBudget(operatingPoints, choice.budget, stageNames);
    }
    case 'milliseconds': {
      const { milliseconds } = choice;
      checkCalibrated(operatingPoints);
      if (profile === null) {
        throw new InvalidInputError(
          `A budget of ${milliseconds} ms needs the times of the stages on this device. Measure them once with "ztw bench BUNDLE", which stores them in the bundle's folder, or give a profile with --profile.`,
        );
      }
      return policyForBudget(operatingPoints, { milliseconds, profile, ...where }, stageNames);
    }
  }
}

function checkCalibrated(operatingPoints: readonly OperatingPoint[]): void {
  if (operatingPoints.length > 0) return;
  throw new InvalidInputError(
    'The bundle has no calibrated operating points, so it cannot keep a budget. Use --threshold, --patience or --policy.',
    { expected: 'calibrated operating points', received: 0 },
  );
}

function budgetTooLow(operatingPoints: readonly OperatingPoint[], budget: number): InvalidInputError {
  const budgets = operatingPoints.map((point) => point.budget).toSorted((left, right) => left - right);
  return new InvalidInputError(
    `Expected a budget of at least ${budgets[0]}, because the bundle was calibrated for ${budgets.join(', ')}; received ${budget}. Use a larger --budget, or --threshold, --patience or --policy.`,
    { expected: budgets, received: budget },
  );
}

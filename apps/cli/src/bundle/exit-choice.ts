// When rows may leave, as a person asks for it, and as the core wants it.

import { policyForBudget } from '@ztw/bundle';
import { type DeviceProfile, type ExitPolicy, InvalidInputError, type OperatingPoint } from '@ztw/core';

/** One way to say when rows leave. */
export type ExitChoice =
  /** Half of the MACs or, where the bundle was not calibrated for so little, the least that it was calibrated for. */
  | { readonly kind: 'default' }
  | { readonly kind: 'budget'; readonly budget: number }
  | { readonly kind: 'milliseconds'; readonly milliseconds: number }
  | { readonly kind: 'policy'; readonly policy: ExitPolicy };

/** What a choice is to be made for. */
export interface ExitSituation {
  readonly operatingPoints: readonly OperatingPoint[];
  readonly stageNames: readonly string[];
  /** Rows that run together. */
  readonly batchSize: number;
  /** What stages cost here; null where nobody measured. */
  readonly profile: DeviceProfile | null;
  /** Where this runs, spelled as in profiles. */
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
      const budget = Math.max(defaultBudget, Math.min(...operatingPoints.map((point) => point.budget)));
      return policyForBudget(operatingPoints, budget, stageNames);
    }
    case 'budget':
      return policyForBudget(operatingPoints, choice.budget, stageNames);
    case 'milliseconds': {
      const { milliseconds } = choice;
      if (profile === null) {
        throw new InvalidInputError(
          `A budget of ${milliseconds} ms needs to know what stages cost on this device. Measure them once with "ztw bench BUNDLE", which stores them in the bundle's folder, or give a profile with --profile.`,
        );
      }
      return policyForBudget(operatingPoints, { milliseconds, profile, ...where }, stageNames);
    }
  }
}

// When rows may leave, as a person asks for it, and as the core wants it.

import { operatingPointFor } from '@ztw/bundle';
import {
  confidenceThreshold,
  type DeviceProfile,
  type ExitPolicy,
  InvalidInputError,
  type OperatingPoint,
  patience,
} from '@ztw/core';

/** One way to say when rows leave. */
export type ExitChoice =
  /** Half of the MACs or, where the bundle was not calibrated for so little, the least that it was calibrated for. */
  | { readonly kind: 'default' }
  | { readonly kind: 'budget'; readonly budget: number }
  | { readonly kind: 'milliseconds'; readonly milliseconds: number }
  | { readonly kind: 'threshold'; readonly threshold: number }
  | { readonly kind: 'patience'; readonly patience: number };

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

/** A choice made: a policy and, where it is a threshold and nothing more, that threshold. */
export interface ChosenExit {
  readonly policy: ExitPolicy;
  readonly threshold: number | null;
}

/**
 * The policy for a choice. A budget takes the threshold of the dearest calibrated operating point within it.
 * @throws InvalidInputError for a budget below all calibrated ones, and for a time without a profile that fits.
 */
export function chooseExit(choice: ExitChoice, situation: ExitSituation): ChosenExit {
  if (choice.kind === 'patience') return { policy: patience(choice.patience), threshold: null };
  const threshold = choice.kind === 'threshold' ? choice.threshold : thresholdWithin(choice, situation);
  return { policy: confidenceThreshold(threshold), threshold };
}

const defaultBudget = 0.5;

function thresholdWithin(
  choice: Extract<ExitChoice, { readonly kind: 'default' | 'budget' | 'milliseconds' }>,
  { operatingPoints, stageNames, profile, ...where }: ExitSituation,
): number {
  if (choice.kind === 'default') {
    const budget = Math.max(defaultBudget, Math.min(...operatingPoints.map((point) => point.budget)));
    return operatingPointFor(operatingPoints, budget, stageNames).threshold;
  }
  if (choice.kind === 'budget') return operatingPointFor(operatingPoints, choice.budget, stageNames).threshold;
  if (profile === null) {
    throw new InvalidInputError(
      `A budget of ${choice.milliseconds} ms needs to know what stages cost on this device. Measure them once with "ztw bench BUNDLE", which stores them in the bundle's folder, or give a profile with --profile.`,
    );
  }
  const { milliseconds } = choice;
  return operatingPointFor(operatingPoints, { milliseconds, profile, ...where }, stageNames).threshold;
}

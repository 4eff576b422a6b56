// What a model's stages cost on one device, in time. Plain data, JSON-safe.

import { cumulativeCosts, type ExitCosts } from '../costs/exit-costs.ts';
import { InvalidInputError } from '../errors/errors.ts';

/** Costs at one batch size. All times are milliseconds per row, medians over the repeats. */
export interface ProfiledBatch {
  readonly batchSize: number;
  readonly repeats: number;
  /** One per stage: segment, head, and reading the logits back; taking the input over counts to the first stage. */
  readonly stageMilliseconds: readonly number[];
  /** The uncut network without any IC, measured in turns with the stages; null where none was given. */
  readonly wholeMilliseconds: number | null;
}

export interface DeviceProfile {
  readonly format: 'ztw-device-profile';
  readonly version: 1;
  /** Name of the model that was measured. */
  readonly model: string;
  /** Where it was measured: runtime, threads, processor. Left out where nobody said. */
  readonly device?: string;
  /** Names of its stages, in order. */
  readonly stages: readonly string[];
  readonly batches: readonly ProfiledBatch[];
}

/**
 * Checks that a profile is of a model's stages.
 * @param stageNames Names of the model's stages, in order.
 * @throws InvalidInputError for one that was measured on others.
 */
export function checkProfiledStages(profile: DeviceProfile, stageNames: readonly string[]): void {
  if (profile.stages.join('\n') !== stageNames.join('\n')) {
    throw new InvalidInputError(
      `The profile was measured on '${profile.model}' with the stages ${profile.stages.join(', ')}; this model has ${stageNames.join(', ')}. Measure this one: ztw bench BUNDLE.`,
    );
  }
}

/**
 * What it costs a row to leave at each exit, in milliseconds: the costs to calibrate by where a budget is a time.
 * @throws InvalidInputError for a batch size that was not measured.
 */
export function profileCosts(profile: DeviceProfile, batchSize: number): ExitCosts {
  const batch = profile.batches.find((measured) => measured.batchSize === batchSize);
  if (batch === undefined) {
    throw new InvalidInputError(
      `The profile of '${profile.model}' holds batches of ${profile.batches.map((measured) => measured.batchSize).join(', ')}; ` +
        `received ${batchSize}. Measure that batch size too.`,
    );
  }
  return {
    unit: 'milliseconds',
    perExit: cumulativeCosts(batch.stageMilliseconds),
    whole: batch.wholeMilliseconds,
  };
}

/**
 * The same as plain numbers.
 * @returns milliseconds per row, one per exit, ascending.
 * @throws InvalidInputError as `profileCosts`.
 */
export function exitMilliseconds(profile: DeviceProfile, batchSize: number): readonly number[] {
  return profileCosts(profile, batchSize).perExit;
}

// The times of a model's stages on one device. Plain, JSON-safe data.

import { cumulativeCosts, type ExitCosts } from '../costs/exit-costs.ts';
import { InvalidInputError } from '../errors/errors.ts';

/** Costs at one batch size. All times are milliseconds per row, medians over the repeats. */
export interface ProfiledBatch {
  readonly batchSize: number;
  readonly repeats: number;
  /** One per stage: segment, head, and reading the logits back. The first stage includes loading the input. */
  readonly stageMilliseconds: readonly number[];
  /** The uncut network without any IC, measured in turns with the stages; null if none was given. */
  readonly wholeMilliseconds: number | null;
}

export interface DeviceProfile {
  readonly format: 'ztw-device-profile';
  readonly version: 1;
  /** Name of the model that was measured. */
  readonly model: string;
  /** Where it was measured: runtime, threads, processor. Absent if unknown. */
  readonly device?: string;
  /** Names of its stages, in order. */
  readonly stages: readonly string[];
  readonly batches: readonly ProfiledBatch[];
}

/**
 * Checks that a profile belongs to a model's stages.
 * @param stageNames Names of the model's stages, in order.
 * @throws InvalidInputError for a profile of other stages.
 */
export function checkProfiledStages(profile: DeviceProfile, stageNames: readonly string[]): void {
  if (profile.stages.join('\n') !== stageNames.join('\n')) {
    throw new InvalidInputError(
      `Expected a profile of the stages ${stageNames.join(', ')}; received one of '${profile.model}' with the stages ${profile.stages.join(', ')}. Measure this model: ztw bench BUNDLE.`,
      { expected: stageNames, received: profile.stages, path: 'stages' },
    );
  }
}

/**
 * Cost per row of leaving at each exit, in milliseconds: the costs for a calibration whose budget is a time.
 * @throws InvalidInputError for a batch size that was not measured.
 */
export function profileCosts(profile: DeviceProfile, batchSize: number): ExitCosts {
  const batch = profile.batches.find((measured) => measured.batchSize === batchSize);
  if (batch === undefined) {
    throw new InvalidInputError(
      `Expected a batch size that was measured: the profile of '${profile.model}' has batches of ${profile.batches.map((measured) => measured.batchSize).join(', ')}; ` +
        `received ${batchSize}. Measure that batch size too.`,
      { expected: profile.batches.map((measured) => measured.batchSize), received: batchSize, path: 'batchSize' },
    );
  }
  return {
    unit: 'milliseconds',
    perExit: cumulativeCosts(batch.stageMilliseconds),
    whole: batch.wholeMilliseconds,
  };
}

/**
 * The costs of `profileCosts` as plain numbers.
 * @returns milliseconds per row, one per exit, ascending.
 * @throws InvalidInputError as `profileCosts`.
 */
export function exitMilliseconds(profile: DeviceProfile, batchSize: number): readonly number[] {
  return profileCosts(profile, batchSize).perExit;
}

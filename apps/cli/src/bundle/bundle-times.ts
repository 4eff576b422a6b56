import { type DeviceProfile, InvalidInputError } from '@ztw/core';
import { checkProfiledStages, type ExitCosts, profileCosts } from '@ztw/core/evaluation';
import { about } from '@ztw/core/runtime';
import type { LoadedRuntime } from '../runtime/onnx-runtime.ts';
import { findDeviceProfile } from './device-profile-file.ts';
import type { RunnableBundle } from './open-bundle.ts';

export interface BundleTimesOptions {
  /** File with a device profile; null for what lies beside the bundle. */
  readonly profile: string | null;
  /** Rows that ran together when it was measured. */
  readonly batchSize: number;
}

/** What the exits of a bundle take on a device. */
export interface BundleTimes {
  readonly profile: DeviceProfile;
  readonly batchSize: number;
  /** In milliseconds. */
  readonly costs: ExitCosts;
}

/**
 * Reads what a bundle's exits take. A profile that was named may be of another device than this.
 * @throws InvalidInputError where nobody measured, or the profile is of other stages or lacks the batch size.
 */
export async function bundleTimes(
  { folder, model }: Pick<RunnableBundle, 'folder' | 'model'>,
  { profile: path, batchSize }: BundleTimesOptions,
  runtime: LoadedRuntime,
): Promise<BundleTimes> {
  const profile = await findDeviceProfile(folder, path, runtime);
  if (profile === null) {
    throw new InvalidInputError(
      `Nobody measured what the stages of ${folder} cost on this device. Measure them once with "ztw bench ${folder}", which stores them there, or give a profile with --profile.`,
    );
  }
  return about(path ?? folder, async () => {
    checkProfiledStages(
      profile,
      model.stages.map((stage) => stage.name),
    );
    return { profile, batchSize, costs: profileCosts(profile, batchSize) };
  });
}

import { checkProfiledStages, exitMilliseconds } from '@ztw/core/evaluation';
import { about } from '@ztw/core/runtime';
import type { NetworkPlan, StageTimes } from '@ztw/training/onnx';
import { readDeviceProfile } from '../../bundle/device-profile-file.ts';

/** Where the times of a training's stages come from. */
export interface TimesOptions {
  /** File with a device profile of all exits; null: this device is measured where times are needed. */
  readonly profile: string | null;
  /** Rows that run together. */
  readonly batchSize: number;
}

/**
 * Reads a profile before hours of training.
 * @throws InvalidInputError for one that cannot be read, is of other stages, or lacks the batch size.
 */
export async function openTimes(
  { profile: path, batchSize }: TimesOptions,
  plans: readonly NetworkPlan[],
): Promise<StageTimes> {
  if (path === null) return { batchSize, profile: null };
  const profile = await readDeviceProfile(path);
  const names = plans.flatMap(({ network, cuts }) =>
    [...cuts.map((cut) => cut.name), 'final'].map((name) => stageName(network.name, name, plans.length)),
  );
  await about(path, async () => {
    checkProfiledStages(profile, names);
    exitMilliseconds(profile, batchSize);
  });
  return { batchSize, profile };
}

/** A stage's name in a running model, which in a chain tells its network too. */
function stageName(network: string, stage: string, networks: number): string {
  return networks === 1 ? stage : `${network}/${stage}`;
}

// What leaving at each exit of a bundle takes, from whatever knows it already, else measured.

import { createHash } from 'node:crypto';
import { costsOfPrices, type DeviceProfile, exitMilliseconds } from '@ztw/core';
import { deviceName } from '../bundle/device-profile-file.ts';
import type { JobContext } from '../program/job-context.ts';
import type { AssembledBundle } from './assemble-bundle.ts';
import { type MeasureBundleOptions, measureBundle } from './measure-bundle.ts';
import type { OpenedTimes } from './open-times.ts';
import type { PrunedNetwork } from './pruning/prune-network.ts';

export interface ExitTimes {
  /** Milliseconds per row of leaving at each exit. */
  readonly exitMilliseconds: readonly number[];
  readonly batchSize: number;
  /** Null where the profile does not say. */
  readonly device: string | null;
  /** Measured here, on these very stages; null where the times come from elsewhere. */
  readonly profile: DeviceProfile | null;
}

export interface TimeExitsOptions extends Omit<MeasureBundleOptions, 'batchSize' | 'place'> {
  readonly times: OpenedTimes;
}

/** @throws RuntimeFailureError; AbortedError once the signal has fired. */
export async function timeExits(
  bundle: AssembledBundle,
  pruned: PrunedNetwork | null,
  options: TimeExitsOptions,
  context: JobContext,
): Promise<ExitTimes> {
  const { batchSize, profile: given } = options.times;
  if (given !== null) {
    const costs = pruned === null ? exitMilliseconds(given, batchSize) : costsOfPrices(pruned.prices).perExit;
    return { exitMilliseconds: costs, batchSize, device: given.device ?? null, profile: null };
  }
  const place = placeOfStages(bundle);
  const profile = pruned?.profile ?? (await measureBundle(bundle, { ...options, batchSize, place }, context));
  const device = deviceName(options.trainer.runtime);
  return { exitMilliseconds: exitMilliseconds(profile, batchSize), batchSize, device, profile };
}

function placeOfStages({ method, networks }: AssembledBundle): string {
  const names = JSON.stringify(networks.map(({ name, stages }) => [name, stages.map((stage) => stage.name)]));
  return `timed-${method}-${createHash('sha256').update(names).digest('hex').slice(0, 12)}`;
}

// The time to each exit of a bundle, from a known profile if there is one, else measured.

import { sha256 } from '@ztw/bundle';
import type { DeviceProfile } from '@ztw/core';
import { costsOfPrices, exitMilliseconds } from '@ztw/core/evaluation';
import type { AssembledBundle } from '../bundle/assemble-bundle.ts';
import type { MeasureBundle } from './measure-bundle.ts';
import type { PrunedNetwork } from './pruning/prune-network.ts';
import type { StageTimes } from './stage-times.ts';

export interface ExitTimes {
  /** Milliseconds per row up to each exit. */
  readonly exitMilliseconds: readonly number[];
  readonly batchSize: number;
  /** Null if the profile lacks it. */
  readonly device: string | null;
}

export interface TimedExits {
  readonly times: ExitTimes;
  /** Measured here on these stages; null if the times have another source. */
  readonly profile: DeviceProfile | null;
}

export interface TimeExitsOptions {
  readonly times: StageTimes;
  readonly device: string;
  readonly measure: MeasureBundle;
}

/** @throws RuntimeFailureError; AbortedError once the signal has fired. */
export async function timeExits(
  bundle: AssembledBundle,
  pruned: PrunedNetwork | null,
  { times: { batchSize, profile: given }, device, measure }: TimeExitsOptions,
): Promise<TimedExits> {
  if (given !== null) {
    const costs = pruned === null ? exitMilliseconds(given, batchSize) : costsOfPrices(pruned.prices).perExit;
    return { times: { exitMilliseconds: costs, batchSize, device: given.device ?? null }, profile: null };
  }
  const profile = pruned?.profile ?? (await measure(bundle, await placeOfStages(bundle)));
  return { times: { exitMilliseconds: exitMilliseconds(profile, batchSize), batchSize, device }, profile };
}

async function placeOfStages({ method, networks }: AssembledBundle): Promise<string> {
  const names = JSON.stringify(networks.map(({ name, stages }) => [name, stages.map((stage) => stage.name)]));
  return `timed-${method}-${(await sha256(new TextEncoder().encode(names))).slice(0, 12)}`;
}

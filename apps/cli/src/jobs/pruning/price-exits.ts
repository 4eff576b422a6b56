// Where the prices of exits come from: counted, read from a profile, or measured here.

import type { DeviceProfile, ExitPrices } from '@ztw/core';
import type { JobContext } from '../../program/job-context.ts';
import type { AssembledBundle } from '../assemble-bundle.ts';
import { type MeasureBundleOptions, measureBundle } from '../measure-bundle.ts';
import { pricesInMacs, pricesInMilliseconds, pricesOfKept } from './exit-prices.ts';
import type { OpenedPruning } from './open-pruning.ts';

export interface PriceExitsOptions extends Omit<MeasureBundleOptions, 'batchSize' | 'place'> {
  readonly opened: OpenedPruning;
}

export interface PricedExits {
  readonly prices: ExitPrices;
  /** What was measured; null where nothing was. */
  readonly profile: DeviceProfile | null;
}

/**
 * Prices the exits of a bundle.
 * @param kept Numbers of its exits among those that were there at first.
 * @param place Name under which the measurement is kept in the work folder, so that a resumed job decides as before.
 * @throws InvalidInputError for a profile that does not fit; RuntimeFailureError; AbortedError.
 */
export type PriceExits = (
  bundle: AssembledBundle,
  kept: readonly number[],
  place: string,
  context: JobContext,
) => Promise<PricedExits>;

/** Chooses the way by what was asked for. */
export function priceExits(options: PriceExitsOptions): PriceExits {
  const { unit } = options.opened.options;
  const { profile: given, batchSize } = options.opened.times;
  if (unit === 'macs')
    return async ({ networks: [network] }) => ({ prices: pricesInMacs(only(network)), profile: null });
  if (given !== null) return pricesFromProfile(given, batchSize);
  return async (bundle, _kept, place, context) => {
    const profile = await measureBundle(bundle, { ...options, batchSize, place }, context);
    return { prices: pricesInMilliseconds(only(bundle.networks[0]), profile, batchSize), profile };
  };
}

/** A stored profile knows all exits; what fewer of them cost follows from it. */
function pricesFromProfile(profile: DeviceProfile, batchSize: number): PriceExits {
  const ofAll = new Map<string, ExitPrices>();
  return async ({ method, networks: [network] }, kept) => {
    const all = ofAll.get(method) ?? pricesInMilliseconds(only(network), profile, batchSize);
    ofAll.set(method, all);
    return { prices: pricesOfKept(all, kept), profile: null };
  };
}

function only<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('internal: a bundle without a network');
  return value;
}

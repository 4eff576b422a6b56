// The source of exit prices: counted, read from a profile, or measured here.

import type { DeviceProfile } from '@ztw/core';
import type { ExitPrices } from '@ztw/core/evaluation';
import type { AssembledBundle } from '../../bundle/assemble-bundle.ts';
import { pricesInMacs, pricesInMilliseconds, pricesOfKept } from '../../pruning/exit-prices.ts';
import type { PruningUnit } from '../../pruning/pruning-unit.ts';
import type { MeasureBundle } from '../measure-bundle.ts';
import type { StageTimes } from '../stage-times.ts';

export interface PriceExitsOptions {
  readonly unit: PruningUnit;
  readonly times: StageTimes;
  readonly measure: MeasureBundle;
}

export interface PricedExits {
  readonly prices: ExitPrices;
  /** The measurement; null where nothing was measured. */
  readonly profile: DeviceProfile | null;
}

/**
 * Prices the exits of a bundle.
 * @param kept Numbers of its exits among the original exits.
 * @param place Name of the measurement in the storage. A resumed job reuses it and so decides as before.
 * @throws InvalidInputError for a profile that does not match; RuntimeFailureError; AbortedError.
 */
export type PriceExits = (bundle: AssembledBundle, kept: readonly number[], place: string) => Promise<PricedExits>;

/** Chooses the source by the options. */
export function exitPricer({ unit, times: { profile: given, batchSize }, measure }: PriceExitsOptions): PriceExits {
  if (unit === 'macs')
    return async ({ networks: [network] }) => ({ prices: pricesInMacs(only(network)), profile: null });
  if (given !== null) return pricesFromProfile(given, batchSize);
  return async (bundle, _kept, place) => {
    const profile = await measure(bundle, place);
    return { prices: pricesInMilliseconds(only(bundle.networks[0]), profile, batchSize), profile };
  };
}

/** A stored profile holds all exits. The prices of fewer exits follow from it. */
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

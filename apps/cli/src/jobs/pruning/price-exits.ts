// Where the prices of exits come from: counted, read from a profile, or measured here.

import { type DeviceProfile, type Preprocessing, parseDeviceProfile } from '@ztw/core';
import type { AnalyseGraphOptions } from '@ztw/onnx-graph';
import { loadBundle } from '@ztw/runtime-onnx';
import type { HeldOutData } from '@ztw/runtime-tfjs';
import type { AssembledBundle } from '../assemble-bundle.ts';
import { deviceName, profileBytes } from '../device-profile-file.ts';
import type { JobContext } from '../job-context.ts';
import type { Network } from '../network.ts';
import type { LoadedRuntime } from '../onnx-runtime.ts';
import { packBundle } from '../pack-bundle.ts';
import { profileStages } from '../profile-stages.ts';
import { openWholeNetwork } from '../whole-network.ts';
import type { WorkFolder } from '../work-folder.ts';
import { type ExitPrices, pricesInMacs, pricesInMilliseconds, pricesOfKept } from './exit-prices.ts';
import { firstRows } from './first-rows.ts';
import type { OpenedPruning } from './open-pruning.ts';

export interface PriceExitsOptions {
  readonly opened: OpenedPruning;
  readonly network: Network;
  readonly graph: AnalyseGraphOptions;
  readonly preprocessing: Preprocessing;
  /** Rows to measure on. */
  readonly heldOut: HeldOutData;
  readonly work: WorkFolder;
  readonly runtime: LoadedRuntime;
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
  const { unit, batchSize } = options.opened.options;
  if (unit === 'macs')
    return async ({ networks: [network] }) => ({ prices: pricesInMacs(only(network)), profile: null });
  if (options.opened.profile !== null) return pricesFromProfile(options.opened.profile, batchSize);
  return async (bundle, _kept, place, context) => {
    const profile = await measured(bundle, place, options, context);
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

async function measured(
  bundle: AssembledBundle,
  place: string,
  options: PriceExitsOptions,
  context: JobContext,
): Promise<DeviceProfile> {
  const { work, runtime, preprocessing } = options;
  const { batchSize } = options.opened.options;
  const name = `${place}/profile.json`;
  const stored = await work.results.get(name);
  if (stored !== null) {
    const profile = parseDeviceProfile(JSON.parse(new TextDecoder().decode(stored)));
    const fits = profile.batches.some((batch) => batch.batchSize === batchSize);
    if (profile.device === deviceName(runtime) && fits) return profile;
  }
  const { files } = await packBundle(bundle, { budgets: [1], labels: null, preprocessing, provenance: {} });
  await using whole = await openWholeNetwork(options.network, options.graph, runtime);
  const { model } = await loadBundle({
    ort: runtime.ort,
    ...runtime.stagedSettings,
    bundle: async (path) => files.get(path) ?? Promise.reject(new Error(`internal: ${path} was not packed`)),
  });
  await using _ = model;
  const profile = await profileStages(
    {
      model,
      input: await firstRows(options.heldOut, batchSize),
      batches: [batchSize],
      repeat: null,
      runWhole: (input) => whole.runWhole(input),
      runtime,
    },
    context,
  );
  await work.results.put(name, profileBytes(profile));
  return profile;
}

function only<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('internal: a bundle without a network');
  return value;
}

import type { Preprocessing } from '@ztw/bundle';
import { type DeviceProfile, measureStages, parseDeviceProfile, policyKinds, StorageError } from '@ztw/core';
import { parseJson } from '@ztw/core/runtime';
import type { AssembledBundle } from '../bundle/assemble-bundle.ts';
import { packBundle } from '../bundle/pack-bundle.ts';
import type { TrainingStorage } from '../storage/training-storage.ts';
import type { HeldOutData } from '../training/train-options.ts';
import type { Watch } from './bundle-event.ts';
import { firstRows } from './first-rows.ts';
import type { OnnxBackend } from './onnx-backend.ts';
import type { OnnxNetwork } from './onnx-network.ts';
import { openWholeNetwork } from './whole-network.ts';

export interface MeasurerOptions {
  readonly onnx: Pick<OnnxBackend, 'device' | 'load' | 'whole'>;
  /** The uncut network, for comparison. */
  readonly network: OnnxNetwork;
  readonly preprocessing: Preprocessing | null;
  /** Batch size. */
  readonly batchSize: number;
  readonly heldOut: HeldOutData;
  readonly storage: Pick<TrainingStorage, 'results'>;
  readonly watch: Watch;
}

/**
 * Measures the compiled stages of a bundle and the uncut network in turns on this device, before the bundle is written.
 * @param place Name of the measurement in the storage. A resumed job reuses it and so decides as before.
 * @throws RuntimeFailureError; AbortedError once the signal has fired.
 */
export type MeasureBundle = (bundle: AssembledBundle, place: string) => Promise<DeviceProfile>;

/** Makes the function that measures the bundles of one job. */
export function bundleMeasurer(options: MeasurerOptions): MeasureBundle {
  const { onnx, batchSize, storage } = options;
  return async (bundle, place) => {
    const name = `${place}/profile.json`;
    const stored = await storage.results.get(name);
    if (stored !== null) {
      const profile = parseDeviceProfile(parseJson(stored, (reason) => damaged(name, reason)));
      const fits = profile.batches.some((batch) => batch.batchSize === batchSize);
      if (profile.device === onnx.device && fits) return profile;
    }
    const profile = await measure(bundle, options);
    await storage.results.put(name, new TextEncoder().encode(JSON.stringify(profile)));
    return profile;
  };
}

function damaged(name: string, reason: string): StorageError {
  return new StorageError(`The stored measurement ${name} is damaged: ${reason}. Start again with empty storage.`, {
    path: name,
  });
}

async function measure(
  bundle: AssembledBundle,
  { onnx, network, preprocessing, batchSize, heldOut, watch }: MeasurerOptions,
): Promise<DeviceProfile> {
  const content = { labels: null, preprocessing, provenance: {} };
  const { files } = await packBundle(bundle, {
    budgets: [],
    policy: policyKinds.confidence,
    times: null,
    ...content,
  });
  await using whole = await openWholeNetwork(network, onnx);
  await using loaded = await onnx.load(
    async (path) => files.get(path) ?? Promise.reject(new Error(`internal: ${path} was not packed`)),
  );
  return await measureStages(loaded.model, {
    input: await firstRows(heldOut, batchSize),
    batchSizes: [batchSize],
    device: onnx.device,
    runWhole: (input) => whole.runWhole(input),
    onProgress: (done, total) => watch.report({ kind: 'measuring', done, total }),
    ...(watch.signal === undefined ? {} : { signal: watch.signal }),
  });
}

import type { Preprocessing } from '@ztw/bundle';
import { type DeviceProfile, parseDeviceProfile, parseJson, policyKinds, StorageError } from '@ztw/core';
import type { AnalyseGraphOptions } from '@ztw/onnx-graph';
import { loadBundle } from '@ztw/runtime-onnx';
import { deviceName, profileBytes } from '../bundle/device-profile-file.ts';
import type { JobContext } from '../program/job-context.ts';
import type { Network } from '../runtime/network.ts';
import type { AssembledBundle } from './assemble-bundle.ts';
import { firstRows } from './first-rows.ts';
import { packBundle } from './pack-bundle.ts';
import { profileStages } from './profile-stages.ts';
import type { TrainerSettings } from './train-network.ts';
import { openWholeNetwork } from './whole-network.ts';

export interface MeasureBundleOptions {
  /** Uncut, as the yardstick. */
  readonly network: Network;
  readonly graph: AnalyseGraphOptions;
  readonly preprocessing: Preprocessing;
  /** Rows that run together. */
  readonly batchSize: number;
  readonly trainer: Pick<TrainerSettings, 'heldOut' | 'work' | 'runtime'>;
  /** Name under which the measurement is kept in the work folder, so that a resumed job decides as before. */
  readonly place: string;
}

/**
 * Measures the compiled stages of a bundle and the uncut network in turns on this device, before the bundle is written.
 * @throws RuntimeFailureError; AbortedError once the signal has fired.
 */
export async function measureBundle(
  bundle: AssembledBundle,
  { network, graph, preprocessing, batchSize, trainer, place }: MeasureBundleOptions,
  context: JobContext,
): Promise<DeviceProfile> {
  const { heldOut, work, runtime } = trainer;
  const name = `${place}/profile.json`;
  const stored = await work.results.get(name);
  if (stored !== null) {
    const profile = parseDeviceProfile(
      parseJson(
        stored,
        (reason) =>
          new StorageError(`The stored measurement ${name} is damaged: ${reason}. Start afresh with --no-resume.`),
      ),
    );
    const fits = profile.batches.some((batch) => batch.batchSize === batchSize);
    if (profile.device === deviceName(runtime) && fits) return profile;
  }
  const { files } = await packBundle(bundle, {
    budgets: [],
    policy: policyKinds.confidence,
    labels: null,
    preprocessing,
    provenance: {},
    times: null,
  });
  await using whole = await openWholeNetwork(network, graph, runtime);
  await using loaded = await loadBundle({
    ort: runtime.ort,
    ...runtime.stagedSettings,
    bundle: async (path) => files.get(path) ?? Promise.reject(new Error(`internal: ${path} was not packed`)),
  });
  const profile = await profileStages(
    {
      model: loaded.model,
      input: await firstRows(heldOut, batchSize),
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

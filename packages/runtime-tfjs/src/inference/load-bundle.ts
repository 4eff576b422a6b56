// From a bundle to an answer in three lines:
//
//   const { model, ensemble, policyFor } = await loadBundle({ tf, bundle: reader });
//   const { results } = await classify(model, { data, rows }, { ensemble, policy: policyFor(0.5) });
//   console.log(results[0].label);

import {
  type Bundle,
  type BundleReader,
  completeBundle,
  type LoadedBundle,
  loadNetworks,
  openBundle,
} from '@ztw/bundle';
import { loadStagedModel } from './load-staged-model.ts';
import type { TensorflowInference } from './tensorflow-inference.ts';

export interface LoadBundleOptions {
  readonly tf: TensorflowInference;
  /** An opened bundle, or how to read the files of one: from a folder, an archive or the network. */
  readonly bundle: Bundle | BundleReader;
}

/**
 * Loads a bundle's networks and ensemble, onto the backend that is set in `tf`.
 * @throws InvalidBundleError for a damaged bundle; UnsupportedModelError for one that was made without programs. Nothing
 *   stays in memory after a failure.
 */
export async function loadBundle(options: LoadBundleOptions): Promise<LoadedBundle> {
  const bundle = typeof options.bundle === 'function' ? await openBundle(options.bundle) : options.bundle;
  const { manifest } = bundle;
  return completeBundle(manifest, () =>
    loadNetworks(manifest.networks.length, (network) => loadStagedModel({ ...options, bundle, network })),
  );
}

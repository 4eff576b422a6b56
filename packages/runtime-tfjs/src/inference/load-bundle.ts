// From a bundle to an answer in three lines:
//
//   const { model, ensemble, policyFor } = await loadBundle({ tf, bundle: reader });
//   const { results } = await classify(model, { data, rows }, { ensemble, policy: policyFor(0.5) });
//   console.log(results[0].label);

import { type Bundle, type BundleSource, type LoadedBundle, loadBundleWith, networkSource } from '@ztw/bundle';
import type { RuntimeModel } from '@ztw/core/runtime';
import { loadNetwork } from './load-network.ts';
import type { TensorflowInference } from './tensorflow-inference.ts';

export interface LoadBundleOptions {
  readonly tf: TensorflowInference;
  /** An opened bundle, or how to read the files of one: from a folder, an archive or the network. */
  readonly bundle: BundleSource;
}

/**
 * Loads a bundle's networks and ensemble, onto the backend that is set in `tf`.
 * @throws InvalidBundleError for a damaged bundle; UnsupportedModelError for one without programs. Nothing stays in
 *   memory after a failure.
 */
export function loadBundle({ tf, bundle }: LoadBundleOptions): Promise<LoadedBundle> {
  return loadBundleWith(bundle, (source) => loadNetwork({ tf, ...source }));
}

export interface LoadStagedModelOptions {
  readonly tf: TensorflowInference;
  /** An opened bundle. */
  readonly bundle: Pick<Bundle, 'manifest' | 'file'>;
  /** Position of the network in the bundle. Default 0. */
  readonly network?: number;
}

/**
 * Loads one network of an opened bundle.
 * @throws InvalidInputError for a network that the bundle does not hold; InvalidBundleError for a damaged file;
 *   UnsupportedModelError for a bundle without programs.
 */
export async function loadStagedModel({ tf, bundle, network = 0 }: LoadStagedModelOptions): Promise<RuntimeModel> {
  return loadNetwork({ tf, ...networkSource(bundle, network) });
}

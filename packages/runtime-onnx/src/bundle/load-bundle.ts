// From a bundle to an answer in three lines:
//
//   const { model, ensemble, policyFor } = await loadBundle({ ort, bundle: reader });
//   const { results } = await classify(model, { data, rows }, { ensemble, policy: policyFor(0.5) });
//   console.log(results[0].label);

import { type Bundle, type BundleSource, type LoadedBundle, loadBundleWith, networkSource } from '@ztw/bundle';
import type { RuntimeModel } from '@ztw/core/runtime';
import type { OnnxRuntime, SessionSettings } from '../ort/onnx-runtime.ts';
import { loadNetwork } from '../staged/load-network.ts';

export interface LoadBundleOptions extends SessionSettings {
  readonly ort: OnnxRuntime;
  /** An opened bundle, or how to read the files of one: from a folder, an archive or the network. */
  readonly bundle: BundleSource;
}

/**
 * Loads a bundle's networks and ensemble.
 * @throws InvalidBundleError for a damaged bundle; InvalidModelError and RuntimeFailureError for a model that does not
 *   fit its description or that ONNX Runtime refuses. Nothing stays open after a failure.
 */
export function loadBundle({ bundle, ...settings }: LoadBundleOptions): Promise<LoadedBundle> {
  return loadBundleWith(bundle, (source) => loadNetwork({ ...settings, ...source }));
}

export interface LoadStagedModelOptions extends SessionSettings {
  readonly ort: OnnxRuntime;
  /** An opened bundle. */
  readonly bundle: Pick<Bundle, 'manifest' | 'file'>;
  /** Position of the network in the bundle. Default 0. */
  readonly network?: number;
}

/**
 * Loads one network of an opened bundle.
 * @throws InvalidInputError for a network that the bundle does not hold; InvalidBundleError for a damaged file;
 *   InvalidModelError and RuntimeFailureError for a model that does not fit its description or that ONNX Runtime
 *   refuses.
 */
export async function loadStagedModel(options: LoadStagedModelOptions): Promise<RuntimeModel> {
  const { bundle, network = 0, ...settings } = options;
  return loadNetwork({ ...settings, ...networkSource(bundle, network) });
}

// From a bundle to an answer in three lines:
//
//   const { model, ensemble, policyFor } = await loadBundle({ ort, bundle: reader });
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
import type { OnnxRuntime, SessionSettings } from '../ort/onnx-runtime.ts';
import { loadStagedModel } from './load-staged-model.ts';

export interface LoadBundleOptions extends SessionSettings {
  readonly ort: OnnxRuntime;
  /** An opened bundle, or how to read the files of one: from a folder, an archive or the network. */
  readonly bundle: Pick<Bundle, 'manifest' | 'file'> | BundleReader;
}

/**
 * Loads a bundle's networks and ensemble.
 * @throws InvalidBundleError for a damaged bundle; InvalidModelError and RuntimeFailureError for a model that does not
 *   fit its description or that ONNX Runtime refuses. Nothing stays open after a failure.
 */
export async function loadBundle(options: LoadBundleOptions): Promise<LoadedBundle> {
  const bundle = typeof options.bundle === 'function' ? await openBundle(options.bundle) : options.bundle;
  const { manifest } = bundle;
  return completeBundle(manifest, () =>
    loadNetworks(manifest.networks.length, (network) => loadStagedModel({ ...options, bundle, network })),
  );
}

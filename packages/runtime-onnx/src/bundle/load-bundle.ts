// From a bundle to an answer in three lines:
//
//   const { model, ensemble, policyFor } = await loadBundle({ ort, bundle: reader });
//   const { results } = await classify(model, { data, rows }, { ensemble, policy: policyFor(0.5) });
//   console.log(results[0].label);

import {
  type Budget,
  type Bundle,
  type BundleManifest,
  type BundleReader,
  chain,
  type Ensemble,
  type ExitPolicy,
  lastPrediction,
  openBundle,
  policyForBudget,
  type StagedModel,
} from '@ztw/core';
import { ensembleFromSpecification } from '@ztw/ensemble';
import type { OnnxRuntime, SessionSettings } from '../ort/onnx-runtime.ts';
import { type LoadStagedModelOptions, loadStagedModel } from './load-staged-model.ts';

export interface LoadBundleOptions extends SessionSettings {
  readonly ort: OnnxRuntime;
  /** An opened bundle, or how to read the files of one: from a folder, an archive or the network. */
  readonly bundle: Pick<Bundle, 'manifest' | 'file'> | BundleReader;
}

/** All that `classify` needs. */
export interface LoadedBundle {
  readonly manifest: BundleManifest;
  /** The bundle's network, or the chain of its networks. */
  readonly model: StagedModel;
  /** The bundle's ensemble; where it has none, each exit's own prediction. */
  readonly ensemble: Ensemble;
  /**
   * The calibrated policy for a budget: the most expensive operating point within it.
   * @param budget Fraction of the backbone's MACs that a row may cost on average, or a time on a device that was measured.
   * @throws InvalidInputError when no operating point is within the budget, or the profile is of another model or device.
   */
  policyFor(budget: Budget): ExitPolicy;
  /** Frees the model. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Loads a bundle's networks and ensemble.
 * @throws InvalidBundleError for a damaged bundle; InvalidModelError and RuntimeFailureError for a model that does not
 *   fit its description or that ONNX Runtime refuses. Nothing stays open after a failure.
 */
export async function loadBundle(options: LoadBundleOptions): Promise<LoadedBundle> {
  const bundle = typeof options.bundle === 'function' ? await openBundle(options.bundle) : options.bundle;
  const { manifest } = bundle;
  const ensemble = manifest.ensemble === null ? lastPrediction() : ensembleFromSpecification(manifest.ensemble);
  const model = await loadNetworks({ ...options, bundle });
  return {
    manifest,
    model,
    ensemble,
    policyFor: (budget) =>
      policyForBudget(
        manifest.operatingPoints,
        budget,
        model.stages.map((stage) => stage.name),
      ),
    [Symbol.asyncDispose]: () => model[Symbol.asyncDispose](),
  };
}

async function loadNetworks(options: LoadBundleOptions & Pick<LoadStagedModelOptions, 'bundle'>): Promise<StagedModel> {
  const networks: StagedModel[] = [];
  try {
    for (const network of options.bundle.manifest.networks.keys()) {
      networks.push(await loadStagedModel({ ...options, network }));
    }
    const [only, ...others] = networks;
    return only !== undefined && others.length === 0 ? only : chain(networks);
  } catch (error) {
    for (const network of networks) {
      await network[Symbol.asyncDispose]();
    }
    throw error;
  }
}

// A loaded bundle, on any runtime.

import { chain, type Ensemble, type ExitPolicy, lastPrediction, type StagedModel } from '@ztw/core';
import { ensembleFromSpecification } from '@ztw/ensemble';
import type { BundleManifest, BundleReader } from '../manifest.ts';
import { type Bundle, openBundle } from '../open-bundle.ts';
import { type Budget, policyForBudget } from '../policy-for-budget.ts';
import { type BundleNetworkSource, networkSource } from './network-source.ts';

/** Everything that `classify` needs. */
export interface LoadedBundle {
  readonly manifest: BundleManifest;
  /** The bundle's network, or the chain of its networks. */
  readonly model: StagedModel;
  /** The bundle's ensemble; without one, each exit's own prediction. */
  readonly ensemble: Ensemble;
  /**
   * The calibrated policy for a budget: the most expensive operating point within it.
   * @param budget Fraction of the backbone's MACs that a row may cost on average, or a time on a profiled device.
   * @throws InvalidInputError if no operating point is within the budget, or the profile is of another model or
   *   device.
   */
  policyFor(budget: Budget): ExitPolicy;
  /** Frees the model. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** An opened bundle, or a reader of its files from a folder, an archive or the network. */
export type BundleSource = Pick<Bundle, 'manifest' | 'file'> | BundleReader;

/**
 * Loads all networks of a bundle, and its ensemble. Runtimes implement their `loadBundle` with it.
 * @param loadNetwork Loads one network. Several networks become a chain.
 * @throws InvalidBundleError for a damaged bundle, InvalidModelError for an invalid ensemble, and any error of
 *   `loadNetwork`. Networks that were loaded before the error are freed.
 */
export async function loadBundleWith(
  source: BundleSource,
  loadNetwork: (source: BundleNetworkSource) => Promise<StagedModel>,
): Promise<LoadedBundle> {
  const bundle = typeof source === 'function' ? await openBundle(source) : source;
  const { manifest } = bundle;
  return completeBundle(manifest, () =>
    loadNetworks(manifest.networks.length, (index) => loadNetwork(networkSource(bundle, index))),
  );
}

/**
 * Loads the model of a manifest, and its ensemble and policies. For authors of runtimes.
 * @param loadModel Called after the ensemble has been checked.
 * @throws InvalidModelError for an invalid ensemble, and any error of `loadModel`.
 */
export async function completeBundle(
  manifest: BundleManifest,
  loadModel: () => Promise<StagedModel>,
): Promise<LoadedBundle> {
  const ensemble = manifest.ensemble === null ? lastPrediction() : ensembleFromSpecification(manifest.ensemble);
  const model = await loadModel();
  const stageNames = model.stages.map(({ name }) => name);
  return {
    manifest,
    model,
    ensemble,
    policyFor: (budget) => policyForBudget(manifest.operatingPoints, budget, stageNames),
    [Symbol.asyncDispose]: () => model[Symbol.asyncDispose](),
  };
}

/** Loads networks one by one; several become a chain. There is at least one. */
async function loadNetworks(count: number, load: (network: number) => Promise<StagedModel>): Promise<StagedModel> {
  const networks: StagedModel[] = [];
  try {
    for (let network = 0; network < count; network++) networks.push(await load(network));
    const [only, ...others] = networks;
    return only !== undefined && others.length === 0 ? only : chain(networks);
  } catch (error) {
    for (const network of networks) await network[Symbol.asyncDispose]();
    throw error;
  }
}

// What loading a bundle gives, on whatever runtime its stages run.

import { chain, type Ensemble, type ExitPolicy, lastPrediction, type StagedModel } from '@ztw/core';
import { ensembleFromSpecification } from '@ztw/ensemble';
import type { BundleManifest, BundleReader } from '../manifest.ts';
import { type Bundle, openBundle } from '../open-bundle.ts';
import { type Budget, policyForBudget } from '../policy-for-budget.ts';
import { type BundleNetworkSource, networkSource } from './network-source.ts';

/** All that `classify` needs. */
export interface LoadedBundle {
  readonly manifest: BundleManifest;
  /** The bundle's network, or the chain of its networks. */
  readonly model: StagedModel;
  /** The bundle's ensemble; where it has none, each exit's own prediction. */
  readonly ensemble: Ensemble;
  /**
   * The calibrated policy for a budget: the most expensive operating point within it.
   * @param budget Fraction of the backbone's MACs that a row may cost on average, or a time on a device that was
   *   measured.
   * @throws InvalidInputError when no operating point is within the budget, or the profile is of another model or
   *   device.
   */
  policyFor(budget: Budget): ExitPolicy;
  /** Frees the model. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** An opened bundle, or how to read the files of one: from a folder, an archive or the network. */
export type BundleSource = Pick<Bundle, 'manifest' | 'file'> | BundleReader;

/**
 * Loads all networks of a bundle, and its ensemble. For authors of runtimes, whose own `loadBundle` is a call of this
 * one.
 * @param loadNetwork Loads one network; several become a chain.
 * @throws InvalidBundleError for a damaged bundle; InvalidModelError for a broken ensemble; whatever `loadNetwork`
 *   throws. The networks that were loaded before are freed then.
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
 * Loads the model that a manifest describes and what belongs to it. For authors of runtimes.
 * @param loadModel Is called once the manifest's ensemble has been found whole.
 * @throws InvalidModelError for a broken ensemble; whatever `loadModel` throws.
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

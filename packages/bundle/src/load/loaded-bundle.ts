// What loading a bundle gives, on whatever runtime its stages run.

import { chain, type Ensemble, type ExitPolicy, lastPrediction, type StagedModel } from '@ztw/core';
import { ensembleFromSpecification } from '@ztw/ensemble';
import type { BundleManifest } from '../manifest.ts';
import { type Budget, policyForBudget } from '../policy-for-budget.ts';

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

/**
 * Loads networks one by one; several become a chain.
 * @param count At least one.
 * @throws whatever `load` throws; the networks that were loaded before are freed then.
 */
export async function loadNetworks(
  count: number,
  load: (network: number) => Promise<StagedModel>,
): Promise<StagedModel> {
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

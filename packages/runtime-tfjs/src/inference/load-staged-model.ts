import type { Bundle } from '@ztw/bundle';
import { InvalidInputError, type StagedModel } from '@ztw/core';
import { loadNetwork } from './load-network.ts';
import type { TensorflowInference } from './tensorflow-inference.ts';
import type { TfFeatures } from './tf-features.ts';

export interface LoadStagedModelOptions {
  readonly tf: TensorflowInference;
  readonly bundle: Bundle;
  /** Which of the bundle's networks. Default 0. */
  readonly network?: number;
}

/**
 * Loads one network of an opened bundle.
 * @throws InvalidInputError for a network that the bundle lacks; InvalidBundleError for a damaged file;
 *   UnsupportedModelError for a bundle that was made without programs.
 */
export async function loadStagedModel(options: LoadStagedModelOptions): Promise<StagedModel<TfFeatures>> {
  const { bundle, network: index = 0 } = options;
  const { classes, labels, inputShape, networks } = bundle.manifest;
  const network = networks[index];
  if (network === undefined) {
    throw new InvalidInputError(
      `The bundle holds ${networks.length} network(s), counted from 0; there is no network ${index}.`,
    );
  }
  return loadNetwork({ ...options, network, readFile: (path) => bundle.file(path), classes, labels, inputShape });
}

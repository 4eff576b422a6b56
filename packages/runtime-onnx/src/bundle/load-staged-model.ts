import type { Bundle } from '@ztw/bundle';
import { InvalidInputError, type StagedModel } from '@ztw/core';
import type { OnnxRuntime, SessionSettings } from '../ort/onnx-runtime.ts';
import { loadNetwork } from '../staged/load-network.ts';
import type { OnnxFeatures } from '../staged/onnx-features.ts';

export interface LoadStagedModelOptions extends SessionSettings {
  readonly ort: OnnxRuntime;
  /** An opened bundle. */
  readonly bundle: Pick<Bundle, 'manifest' | 'file'>;
  /** Which of the bundle's networks. Default 0. */
  readonly network?: number;
}

/**
 * Loads one network of an opened bundle.
 * @throws InvalidInputError for a network that the bundle lacks; InvalidBundleError for a damaged file;
 *   InvalidModelError and RuntimeFailureError for a model that does not fit its description or that ONNX Runtime
 *   refuses.
 */
export async function loadStagedModel(options: LoadStagedModelOptions): Promise<StagedModel<OnnxFeatures>> {
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

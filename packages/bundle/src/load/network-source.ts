// One network of a bundle, in the form that a runtime loads.

import { type InputSpecification, InvalidInputError, type StageDescription } from '@ztw/core';
import type { BundleNetwork, BundleStage } from '../manifest.ts';
import { manifestInputs } from '../manifest-inputs.ts';
import type { Bundle } from '../open-bundle.ts';

/**
 * All that a runtime needs to load a network. `networkSource` reads it from a bundle; `compileNetwork` of
 * `@ztw/onnx-graph` makes one.
 */
export interface BundleNetworkSource {
  readonly network: BundleNetwork;
  /** Bytes of a file by its path. */
  readonly readFile: (path: string) => Promise<Uint8Array>;
  readonly classes: number;
  /** One name per class. Default: none. */
  readonly labels?: readonly string[] | null;
  /** The inputs of the network, in the order of the tensors of its first stage. */
  readonly inputs: readonly InputSpecification[];
}

/**
 * @param index Which of the bundle's networks.
 * @throws InvalidInputError for a network that the bundle does not have.
 */
export function networkSource(bundle: Pick<Bundle, 'manifest' | 'file'>, index: number): BundleNetworkSource {
  const { manifest } = bundle;
  const { classes, labels, networks } = manifest;
  const network = networks[index];
  if (network === undefined) {
    throw new InvalidInputError(
      `Expected a network from 0 to ${networks.length - 1}; received ${index}. The bundle holds ${networks.length}.`,
      { expected: `0 to ${networks.length - 1}`, received: index },
    );
  }
  return { network, readFile: (path) => bundle.file(path), classes, labels, inputs: manifestInputs(manifest) };
}

/** A stage as a staged model of its network alone describes it. */
export function describeStage(stage: BundleStage): StageDescription {
  return {
    name: stage.name,
    network: 0,
    isFinal: stage.head === null,
    usesPreviousLogits: stage.previousLogits !== null,
    segmentMacs: stage.segmentMacs,
    headMacs: stage.headMacs,
  };
}

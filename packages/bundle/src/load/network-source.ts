// One network of a bundle, as a runtime gets it to load.

import { type InputSpecification, InvalidInputError, type StageDescription } from '@ztw/core';
import type { BundleNetwork, BundleStage } from '../manifest.ts';
import { manifestInputs } from '../manifest-inputs.ts';
import type { Bundle } from '../open-bundle.ts';

/** All that a runtime needs to load a network. `networkSource` finds it in a bundle, `compileNetwork` of `@ztw/onnx-graph` makes it. */
export interface BundleNetworkSource {
  readonly network: BundleNetwork;
  /** Bytes of a file by its path. */
  readonly readFile: (path: string) => Promise<Uint8Array>;
  readonly classes: number;
  /** One name per class. Default: none. */
  readonly labels?: readonly string[] | null;
  /** What the network takes; the tensors of its first stage stand in this order. */
  readonly inputs: readonly InputSpecification[];
}

/**
 * @param index Which of the bundle's networks.
 * @throws InvalidInputError for a network that the bundle lacks.
 */
export function networkSource(bundle: Pick<Bundle, 'manifest' | 'file'>, index: number): BundleNetworkSource {
  const { manifest } = bundle;
  const { classes, labels, networks } = manifest;
  const network = networks[index];
  if (network === undefined) {
    throw new InvalidInputError(
      `The bundle holds ${networks.length} network(s), counted from 0; there is no network ${index}.`,
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

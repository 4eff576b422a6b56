// Optimises the stages of a bundle as one graph for one kind of machine, and splits them again.

import { type Bundle, manifestInputs, stageFiles } from '@ztw/bundle';
import { UnsupportedModelError } from '@ztw/core';
import { findDenseInput } from '@ztw/core/runtime';
import { emitAllExits } from './emit-all-exits.ts';
import type { SingleFileOptions } from './single-file-options.ts';
import { type Stages, splitAtExits } from './split-at-exits.ts';

/** Returns a graph optimised by a runtime for one kind of machine. Inputs and outputs keep their names. */
export type GraphOptimiser = (model: Uint8Array) => Promise<Uint8Array>;

/**
 * The same bundle with stages that are optimised together, so that tensors between stages keep the layout of the
 * machine. It is for this process only: its stages are in memory, have other hashes than the manifest lists, and run
 * on this runtime and kind of machine only.
 * @returns the bundle itself where its stages cannot be optimised together: a chain, a network without internal
 *   classifiers, or an optimised graph that cannot be split at the exits.
 * @throws InvalidBundleError for a damaged bundle, and any error of the optimiser.
 *
 * @example
 * const optimise = graphOptimiser(ort); // of @ztw/runtime-onnx/node
 * const { model } = await loadBundle({ ort, bundle: await optimiseBundle(bundle, optimise) });
 */
export async function optimiseBundle(bundle: Bundle, optimise: GraphOptimiser): Promise<Bundle> {
  const { manifest } = bundle;
  const input = findDenseInput(manifestInputs(manifest));
  if (input === null) return bundle;
  const plain = { ...(await readStageFiles(bundle)), classes: manifest.classes, inputShape: input.rowShape };
  const stages = await optimiseStages(plain, optimise);
  if (stages === null) return bundle;
  const { networks, files } = stages;
  return {
    manifest: { ...manifest, networks },
    file: async (path) => files.get(path) ?? bundle.file(path),
    heads: () => bundle.heads(),
  };
}

/** The stages of a bundle, with the files of their models and of the values that these refer to. */
export async function readStageFiles({ manifest: { networks }, file }: Bundle): Promise<Stages> {
  const files = new Map<string, Uint8Array>();
  for (const stage of networks.flatMap(({ stages }) => stages)) {
    for (const path of stageFiles(stage, 'model')) {
      if (!files.has(path)) files.set(path, await file(path));
    }
  }
  return { networks, files };
}

/** Optimises and splits stages; null where that is not possible. */
export async function optimiseStages(
  options: Stages & Pick<SingleFileOptions, 'classes' | 'inputShape'>,
  optimise: GraphOptimiser,
): Promise<Stages | null> {
  const [network, ...others] = options.networks;
  if (network === undefined || others.length > 0 || network.stages.length === 1) return null;
  const whole = await optimise(emitAllExits(options));
  try {
    return splitAtExits(network, whole);
  } catch (error) {
    if (UnsupportedModelError.isInstance(error)) return null;
    throw error;
  }
}

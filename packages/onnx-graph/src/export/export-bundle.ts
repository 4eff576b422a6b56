// From a bundle to one ONNX file that needs nothing else of this project to run.

import { type Bundle, type BundleManifest, manifestInputShape } from '@ztw/bundle';
import { UnsupportedModelError } from '@ztw/core';
import { emitAllExits } from './emit-all-exits.ts';
import { emitBatchIf } from './emit-batch-if.ts';
import { emitNestedIf } from './emit-nested-if.ts';
import type { SingleFileOptions } from './single-file-options.ts';
import { splitAtExits } from './split-at-exits.ts';

/** `nested-if` takes one row at a time, `batch-if` any number; `all-exits` runs all stages and returns the logits of each. */
export type SingleFileForm = 'nested-if' | 'batch-if' | 'all-exits';

/** Gives a graph back as a runtime has optimised it for one kind of machine; inputs and outputs keep their names. */
export type GraphOptimiser = (model: Uint8Array) => Promise<Uint8Array>;

export interface ExportBundleOptions {
  readonly form: SingleFileForm;
  /**
   * Optimises the stages as one graph before they are parted, so that they hand on tensors as the machine wants them:
   * `graphOptimiser` of `@ztw/runtime-onnx/node`. The file is then for this runtime and machine only. Without effect on a chain,
   * and where the optimised graph does not come apart at the exits. Default: none, a file for every machine.
   */
  readonly optimise?: GraphOptimiser;
}

const emitters = { 'nested-if': emitNestedIf, 'batch-if': emitBatchIf, 'all-exits': emitAllExits } as const;

/**
 * Writes a bundle as one ONNX file; `SingleFileOptions` says what goes in and out, `emitAllExits` for the form `all-exits`. Its metadata
 * holds, as JSON, what a caller needs to use it: `ztw.labels`, `ztw.preprocessing`, `ztw.operating_points` (calibrated thresholds),
 * `ztw.exits` (names and costs).
 * @throws InvalidBundleError for a damaged bundle, UnsupportedModelError for networks with other inputs than one dense tensor, and whatever `emitNestedIf`, `emitBatchIf`, `emitAllExits` and the optimiser throw.
 */
export async function exportBundle(bundle: Bundle, { form, optimise }: ExportBundleOptions): Promise<Uint8Array> {
  const { manifest } = bundle;
  const files = new Map<string, Uint8Array>();
  for (const network of manifest.networks) {
    for (const { model } of network.stages) files.set(model, await bundle.file(model));
  }
  const { networks, classes, ensemble } = manifest;
  const inputShape = manifestInputShape(manifest);
  const options = { networks, files, classes, inputShape, ensemble, metadata: describe(manifest) };
  const optimised = optimise === undefined ? options : await optimiseStages(options, optimise);
  return emitters[form](optimised);
}

async function optimiseStages(options: SingleFileOptions, optimise: GraphOptimiser): Promise<SingleFileOptions> {
  const [network, ...others] = options.networks;
  if (network === undefined || others.length > 0 || network.stages.length === 1) return options;
  const whole = await optimise(emitAllExits(options));
  try {
    return { ...options, ...splitAtExits(network, whole) };
  } catch (error) {
    if (UnsupportedModelError.isInstance(error)) return options;
    throw error;
  }
}

function describe(manifest: BundleManifest): Readonly<Record<string, string>> {
  const { method, labels, preprocessing, operatingPoints, networks } = manifest;
  const backboneMacs = networks.at(-1)?.backboneMacs ?? 0;
  return {
    'ztw.method': method,
    'ztw.labels': JSON.stringify(labels),
    'ztw.preprocessing': JSON.stringify(preprocessing),
    'ztw.operating_points': JSON.stringify(operatingPoints),
    'ztw.exits': JSON.stringify(describeExits(networks, backboneMacs)),
  };
}

/** `cost`: MACs of everything that a row has been through at this exit, as a share of the last network without ICs. */
function describeExits(
  networks: BundleManifest['networks'],
  backboneMacs: number,
): readonly { readonly network: string; readonly name: string; readonly cost: number }[] {
  let macs = 0;
  return networks.flatMap((network) =>
    network.stages.map(({ name, segmentMacs, headMacs }) => {
      macs += segmentMacs + headMacs;
      return { network: network.name, name, cost: macs / backboneMacs };
    }),
  );
}

// From a bundle to one ONNX file that needs nothing else of this project to run.

import type { Bundle, BundleManifest } from '@ztw/core';
import { emitBatchIf } from './emit-batch-if.ts';
import { emitNestedIf } from './emit-nested-if.ts';

/** `nested-if` takes one row at a time, `batch-if` any number. */
export type SingleFileForm = 'nested-if' | 'batch-if';

export interface ExportBundleOptions {
  readonly form: SingleFileForm;
}

const emitters = { 'nested-if': emitNestedIf, 'batch-if': emitBatchIf } as const;

/**
 * Writes a bundle as one ONNX file; `SingleFileOptions` says what goes in and out. Its metadata holds, as JSON, what a caller needs
 * to use it: `ztw.labels`, `ztw.preprocessing`, `ztw.operating_points` (calibrated thresholds), `ztw.exits` (names and costs).
 * @throws InvalidBundleError for a damaged bundle, and whatever `emitNestedIf` and `emitBatchIf` throw.
 */
export async function exportBundle(bundle: Bundle, { form }: ExportBundleOptions): Promise<Uint8Array> {
  const { manifest } = bundle;
  const files = new Map<string, Uint8Array>();
  for (const network of manifest.networks) {
    for (const { model } of network.stages) files.set(model, await bundle.file(model));
  }
  const { networks, classes, inputShape, ensemble } = manifest;
  return emitters[form]({ networks, files, classes, inputShape, ensemble, metadata: describe(manifest) });
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

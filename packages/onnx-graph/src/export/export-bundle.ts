// Writes a bundle as one ONNX file that runs without any other part of this project.

import {
  type Bundle,
  type BundleManifest,
  calibratedKind,
  manifestInputShape,
  storedOperatingPoint,
} from '@ztw/bundle';
import { type PolicyKind, policyKinds, UnsupportedPolicyError } from '@ztw/core';
import { exitCosts, type GraphScore } from '@ztw/core/runtime';
import { emitAllExits } from './emit-all-exits.ts';
import { emitBatchIf } from './emit-batch-if.ts';
import { emitNestedIf } from './emit-nested-if.ts';
import { type GraphOptimiser, optimiseStages, readStageFiles } from './optimise-bundle.ts';
import { defaultScore } from './single-file-options.ts';

/** `nested-if` takes one row, `batch-if` any number; `all-exits` runs all stages and returns the logits of each. */
export type SingleFileForm = 'nested-if' | 'batch-if' | 'all-exits';

export interface ExportBundleOptions {
  readonly form: SingleFileForm;
  /**
   * The score that the file compares with its input `threshold`. Default: the kind that the bundle was calibrated with.
   * Ignored for `all-exits`, which decides nothing.
   */
  readonly policy?: PolicyKind;
  /**
   * Optimises the stages as one graph before splitting, so that tensors between stages keep the layout of the machine:
   * `graphOptimiser` of `@ztw/runtime-onnx/node`. The file then runs on this runtime and kind of machine only. No
   * effect on a chain, or where the optimised graph cannot be split at the exits. Default: none, a file for every
   * machine.
   */
  readonly optimise?: GraphOptimiser;
}

const emitters = { 'nested-if': emitNestedIf, 'batch-if': emitBatchIf, 'all-exits': emitAllExits } as const;

/**
 * Writes a bundle as one ONNX file. `SingleFileOptions` describes its inputs and outputs (`emitAllExits` for
 * `all-exits`).
 * Its metadata holds as JSON: `ztw.labels`, `ztw.preprocessing`, `ztw.operating_points` (calibrated thresholds),
 * `ztw.exits` (names and costs), and `ztw.policy` where the score is not the confidence.
 * @throws UnsupportedPolicyError for a kind of policy that a graph cannot express;
 *   InvalidBundleError for a damaged bundle;
 *   UnsupportedModelError for networks with other inputs than one dense tensor;
 *   and any error of `emitNestedIf`, `emitBatchIf`, `emitAllExits` and the optimiser.
 */
export async function exportBundle(
  bundle: Bundle,
  { form, policy, optimise }: ExportBundleOptions,
): Promise<Uint8Array> {
  const { manifest } = bundle;
  const kind = policy ?? calibratedKind(manifest.operatingPoints);
  const score = form === 'all-exits' ? defaultScore : scoreOf(kind);
  const { classes, ensemble } = manifest;
  const plain = { ...(await readStageFiles(bundle)), classes, inputShape: manifestInputShape(manifest) };
  const stages = optimise === undefined ? null : await optimiseStages(plain, optimise);
  return emitters[form]({ ...plain, ...stages, ensemble, score, metadata: describe(manifest, form, kind) });
}

function scoreOf({ kind, graphScore }: PolicyKind): GraphScore {
  if (graphScore !== null) return graphScore;
  const known = Object.values(policyKinds).flatMap((other) => (other.graphScore === null ? [] : [other.kind]));
  throw new UnsupportedPolicyError(
    `One ONNX file cannot decide by ${kind}, which looks at several exits at once; expected ${known.join(', ')}. Run the bundle with the executor 'staged', which takes every policy, or choose one of these.`,
    { expected: known, received: kind, path: 'policy' },
  );
}

function describe(
  manifest: BundleManifest,
  form: SingleFileForm,
  policy: PolicyKind,
): Readonly<Record<string, string>> {
  const { method, labels, preprocessing, operatingPoints, networks } = manifest;
  const backboneMacs = networks.at(-1)?.backboneMacs ?? 0;
  return {
    'ztw.method': method,
    'ztw.labels': JSON.stringify(labels),
    'ztw.preprocessing': JSON.stringify(preprocessing),
    'ztw.operating_points': JSON.stringify(operatingPoints.map(storedOperatingPoint)),
    'ztw.exits': JSON.stringify(describeExits(networks, backboneMacs)),
    ...(form === 'all-exits' || policy.kind === policyKinds.confidence.kind ? {} : { 'ztw.policy': policy.kind }),
  };
}

/** `cost`: MACs of a row that leaves at this exit, as a fraction of the last network without internal classifiers. */
function describeExits(
  networks: BundleManifest['networks'],
  backboneMacs: number,
): readonly { readonly network: string; readonly name: string; readonly cost: number }[] {
  const stages = networks.flatMap((network) => network.stages.map((stage) => ({ ...stage, network: network.name })));
  return exitCosts({ stages }).map((macs, exit) => ({
    network: stages[exit]?.network ?? '',
    name: stages[exit]?.name ?? '',
    cost: macs / backboneMacs,
  }));
}

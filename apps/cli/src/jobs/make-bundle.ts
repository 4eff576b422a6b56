// From trained ICs to a bundle: the ensemble fitted and the thresholds chosen on held-out rows, all models compiled.

import {
  type BundleNetwork,
  bundleFiles,
  calibrate,
  type EnsembleSpecification,
  type ExitPredictions,
  exitAccuracies,
  InvalidInputError,
  type OperatingPoint,
  type Preprocessing,
  predictionsFromLogits,
} from '@ztw/core';
import { ensembleFromSpecification, fitEnsemble } from '@ztw/ensemble';
import { combineExits } from './combine-exits.ts';
import { compileStages } from './compile-stages.ts';
import { networkExitCosts } from './exit-costs.ts';
import type { BundleMethod } from './method.ts';
import type { NetworkResult, TrainedVariant } from './network-result.ts';
import type { NetworkPlan } from './plan-training.ts';

export const ensembleChoices = ['geometric', 'arithmetic', 'none'] as const;

export type EnsembleChoice = (typeof ensembleChoices)[number];

export interface MakeBundleOptions {
  readonly method: BundleMethod;
  /** The networks of the chain, in order, with the result of each. */
  readonly networks: readonly { readonly plan: NetworkPlan; readonly result: NetworkResult }[];
  /** The right class of each held-out row. */
  readonly targets: Int32Array;
  readonly ensemble: EnsembleChoice;
  /** Fractions of the last network's cost. */
  readonly budgets: readonly number[];
  readonly labels: readonly string[] | null;
  readonly preprocessing: Preprocessing;
  readonly provenance: Readonly<Record<string, unknown>>;
  /** Is told what a person should know of the bundle. */
  readonly onNote: (text: string) => void;
}

export interface MadeBundle {
  /** Every file of the bundle by its path, the manifest last. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** One per exit. */
  readonly exits: readonly MadeExit[];
  readonly operatingPoints: readonly OperatingPoint[];
}

export interface MadeExit {
  readonly network: string;
  /** The cut's tensor, or `final`. */
  readonly name: string;
  /** Cost of leaving here as a share of the last network without ICs. */
  readonly share: number;
  /** On the calibration rows, were it asked alone; with an ensemble, of the combined prediction. */
  readonly accuracy: number;
}

/**
 * Makes the bundle of one method.
 * @throws InvalidInputError when the parts do not fit together.
 */
export async function makeBundle(options: MakeBundleOptions): Promise<MadeBundle> {
  const { method, targets, labels, preprocessing, provenance } = options;
  const parts = options.networks.map(({ plan, result }) => ({ plan, variant: variantOf(result, method) }));
  const compiled = parts.map(({ plan, variant }, index) =>
    compileStages(
      {
        analysis: plan.network.analysis,
        cuts: plan.cuts,
        heads: variant.heads,
        name: plan.network.name,
        pathPrefix: `networks/${index}/`,
      },
      options.onNote,
    ),
  );
  const networks = compiled.map(({ network }) => network);
  const { classes, input } = lastOf(parts).plan.network.analysis;
  const { backboneMacs } = lastOf(networks);

  const logits = parts.flatMap(({ variant }) => variant.heldOutLogits);
  const ensemble = fitExits(options, logits, classes);
  const predictions = predictionsFromLogits({
    logits:
      ensemble === null ? logits : combineExits(ensembleFromSpecification(ensemble), logits, targets.length, classes),
    labels: targets,
    classes,
    exitMacs: networkExitCosts(networks),
  });
  const operatingPoints = calibrate({ predictions, budgets: options.budgets, backboneMacs });
  const files = await bundleFiles({
    manifest: {
      method,
      classes,
      labels,
      inputShape: input.rowShape,
      preprocessing,
      networks,
      ensemble,
      operatingPoints,
      provenance,
    },
    files: new Map(compiled.flatMap((network) => [...network.files])),
    heads: parts.map(({ variant }) => variant.heads),
  });
  return { files, exits: describeExits(networks, predictions, backboneMacs), operatingPoints };
}

/** The ensemble of a method; null where every exit answers for itself. */
function fitExits(
  { method, ensemble, targets }: MakeBundleOptions,
  logits: readonly Float32Array[],
  classes: number,
): EnsembleSpecification | null {
  if (method === 'sdn' || ensemble === 'none') return null;
  return fitEnsemble({ kind: ensemble, logits, labels: targets, classes }).specification;
}

function describeExits(
  networks: readonly BundleNetwork[],
  predictions: ExitPredictions,
  backboneMacs: number,
): readonly MadeExit[] {
  const accuracies = exitAccuracies(predictions);
  const names = networks.flatMap((network) =>
    network.stages.map((stage) => ({ network: network.name, name: stage.name })),
  );
  return names.map((name, exit) => ({
    ...name,
    share: (predictions.exitMacs[exit] ?? 0) / backboneMacs,
    accuracy: accuracies[exit] ?? 0,
  }));
}

function variantOf(result: NetworkResult, method: BundleMethod): TrainedVariant {
  const variant = result.variants.find((candidate) => candidate.method === method);
  if (variant === undefined) throw new Error(`internal: nothing was trained for ${method}`);
  return variant;
}

function lastOf<T>(items: readonly T[]): T {
  const last = items.at(-1);
  if (last === undefined) throw new InvalidInputError('A bundle needs at least one network.');
  return last;
}

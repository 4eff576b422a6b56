// From trained ICs to all that a bundle holds but its thresholds: models compiled, the ensemble fitted, and what the exits then
// say on the held-out rows.

import type { BundleNetwork } from '@ztw/bundle';
import { type EnsembleSpecification, exitCosts, InvalidInputError, type RowShape } from '@ztw/core';
import { type ExitPredictions, predictionsFromLogits } from '@ztw/core/evaluation';
import { ensembleFromSpecification, fitEnsemble } from '@ztw/ensemble';
import type { Head } from '@ztw/heads';
import { combineExits } from './combine-exits.ts';
import { compileStages } from './compile-stages.ts';
import type { BundleMethod } from './method.ts';
import { type NetworkResult, variantOf } from './network-result.ts';
import type { NetworkPlan } from './plan-training.ts';

export const ensembleChoices = ['geometric', 'arithmetic', 'none'] as const;

export type EnsembleChoice = (typeof ensembleChoices)[number];

/** A network of a job with what training it gave. */
export interface TrainedNetwork {
  readonly plan: NetworkPlan;
  readonly result: NetworkResult;
}

export interface AssembleBundleOptions {
  readonly method: BundleMethod;
  /** The networks of the chain, in order. */
  readonly networks: readonly TrainedNetwork[];
  /** The right class of each held-out row. */
  readonly targets: Int32Array;
  readonly ensemble: EnsembleChoice;
  /** Is told what a person should know of the bundle. */
  readonly onNote: (text: string) => void;
}

/** One method's parts. */
export interface AssembledBundle {
  readonly method: BundleMethod;
  readonly classes: number;
  readonly inputShape: RowShape;
  readonly networks: readonly BundleNetwork[];
  /** Stage models and programs, by path. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** One list per network. */
  readonly heads: readonly (readonly Head[])[];
  /** Null where every exit answers for itself. */
  readonly ensemble: EnsembleSpecification | null;
  /** Of all exits on the held-out rows, through the ensemble where there is one; costs in MACs. */
  readonly predictions: ExitPredictions;
}

/** @throws InvalidInputError when the parts do not fit together. */
export function assembleBundle(options: AssembleBundleOptions): AssembledBundle {
  const { method, targets } = options;
  const parts = options.networks.map(({ plan, result }) => ({ plan, variant: variantOf(result, method) }));
  const last = parts.at(-1);
  if (last === undefined) throw new InvalidInputError('A bundle needs at least one network.');
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
  const { classes, input } = last.plan.network.analysis;
  const logits = parts.flatMap(({ variant }) => variant.heldOutLogits);
  const ensemble = fitExits(options, logits, classes);
  return {
    method,
    classes,
    inputShape: input.rowShape,
    networks,
    files: new Map(compiled.flatMap((network) => [...network.files])),
    heads: parts.map(({ variant }) => variant.heads),
    ensemble,
    predictions: predictionsFromLogits({
      logits:
        ensemble === null ? logits : combineExits(ensembleFromSpecification(ensemble), logits, targets.length, classes),
      labels: targets,
      classes,
      exitMacs: exitCosts({ stages: networks.flatMap(({ stages }) => stages) }),
    }),
  };
}

/** The ensemble of a method; null where every exit answers for itself, or there is but one. */
function fitExits(
  { method, ensemble, targets }: AssembleBundleOptions,
  logits: readonly Float32Array[],
  classes: number,
): EnsembleSpecification | null {
  if (method === 'sdn' || ensemble === 'none' || logits.length === 1) return null;
  return fitEnsemble({ kind: ensemble, logits, labels: targets, classes }).specification;
}

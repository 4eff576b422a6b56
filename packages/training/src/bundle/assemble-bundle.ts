// From trained ICs to everything in a bundle except its thresholds: compiled stages, the fitted ensemble, and the
// predictions of the exits on the held-out rows.

import type { BundleNetwork } from '@ztw/bundle';
import { type EnsembleSpecification, InvalidInputError, type RowShape } from '@ztw/core';
import { type ExitPredictions, predictionsFromLogits } from '@ztw/core/evaluation';
import { exitCosts } from '@ztw/core/runtime';
import { combineExits, ensembleFromSpecification, fitEnsemble } from '@ztw/ensemble';
import type { BundleMethod } from '../plan/method.ts';
import type { TrainedMethod } from './network-result.ts';

export const ensembleChoices = ['geometric', 'arithmetic', 'none'] as const;

export type EnsembleChoice = (typeof ensembleChoices)[number];

/** One network of a bundle: its stages, and the training result for the bundle's method. */
export interface BundlePart {
  readonly network: BundleNetwork;
  /** Stage models and programs, by path. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly variant: TrainedMethod;
}

export interface AssembleBundleOptions {
  readonly method: BundleMethod;
  /** In chain order. */
  readonly parts: readonly BundlePart[];
  readonly classes: number;
  readonly inputShape: RowShape;
  /** The correct class of each held-out row. */
  readonly targets: Int32Array;
  readonly ensemble: EnsembleChoice;
}

/** One method's parts. */
export interface AssembledBundle {
  readonly method: BundleMethod;
  readonly classes: number;
  readonly inputShape: RowShape;
  readonly networks: readonly BundleNetwork[];
  /** Stage models and programs, by path. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Null where each exit's own prediction counts. */
  readonly ensemble: EnsembleSpecification | null;
  /** Predictions of all exits on the held-out rows, through the ensemble where there is one. Costs are in MACs. */
  readonly predictions: ExitPredictions;
}

/** @throws InvalidInputError when the parts do not fit together. */
export function assembleBundle(options: AssembleBundleOptions): AssembledBundle {
  const { method, parts, classes, inputShape, targets } = options;
  if (parts.length === 0)
    throw new InvalidInputError('Expected at least one network for a bundle; received none.', { received: 0 });
  const networks = parts.map(({ network }) => network);
  const logits = parts.flatMap(({ variant }) => variant.heldOutLogits);
  const exitMacs = exitCosts({ stages: networks.flatMap(({ stages }) => stages) });
  const ensemble = fitExits(options, logits, exitMacs);
  return {
    method,
    classes,
    inputShape,
    networks,
    files: new Map(parts.flatMap(({ files }) => [...files])),
    ensemble,
    predictions: predictionsFromLogits({
      logits:
        ensemble === null ? logits : combineExits(ensembleFromSpecification(ensemble), logits, targets.length, classes),
      labels: targets,
      classes,
      exitMacs,
    }),
  };
}

/**
 * The ensemble of a method; null where the method has none, there is only one exit, or the held-out rows show no
 * benefit.
 */
function fitExits(
  { method, ensemble, targets, classes }: AssembleBundleOptions,
  logits: readonly Float32Array[],
  exitMacs: readonly number[],
): EnsembleSpecification | null {
  if (method === 'sdn' || ensemble === 'none' || logits.length === 1) return null;
  const { specification } = fitEnsemble({ kind: ensemble, logits, labels: targets, classes, exitCosts: exitMacs });
  return specification.exits.every((exit) => exit === null) ? null : specification;
}

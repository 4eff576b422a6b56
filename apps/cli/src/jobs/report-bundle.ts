// What one bundle's stored logits amount to: one report per way of answering, and its whole networks for comparison.

import {
  chooseSettings,
  type Ensemble,
  type ExitPredictions,
  type ExitRule,
  exitAccuracies,
  exitCosts,
  type MethodReport,
  patienceRule,
  predictionsFromLogits,
  type ReferencePoint,
  reportMethod,
  thresholdRule,
} from '@ztw/core';
import { combineExits } from './combine-exits.ts';
import type { RunnableBundle } from './open-bundle.ts';

/** Logits of all exits on some rows, with the right classes. */
export interface StoredLogits {
  /** One array per exit: `[rows, classes]`. */
  readonly logits: readonly Float32Array[];
  readonly labels: Int32Array;
}

export interface ReportBundleOptions {
  readonly bundle: RunnableBundle;
  /** The bundle's name in the report: `ZTW`, `SDN`. */
  readonly label: string;
  readonly reported: StoredLogits;
  /** Rows on which settings are chosen that the bundle does not bring; null: those methods are only swept. */
  readonly calibration: StoredLogits | null;
  /** Logits on foreign input, without labels; null where there is none. */
  readonly foreign: readonly Float32Array[] | null;
  readonly budgets: readonly number[];
}

/** One way to turn logits into answers and exits. */
interface Answering {
  readonly name: string;
  readonly rule: ExitRule;
  /** Null: every exit answers for itself. */
  readonly ensemble: Ensemble | null;
  /** Settings that the bundle brings. */
  readonly chosen: readonly { readonly budget: number; readonly setting: number }[];
}

/** Reports all ways of answering with a bundle: its own first. */
export function reportBundle(options: ReportBundleOptions): readonly MethodReport[] {
  const { bundle, budgets } = options;
  const { backboneMacs } = bundle.model;
  return answerings(bundle, options.label).map((answering) => {
    const predict = (stored: StoredLogits): ExitPredictions => predictionsOf(bundle, answering.ensemble, stored);
    return reportMethod({
      name: answering.name,
      rule: answering.rule,
      predictions: predict(options.reported),
      exitNames: exitNames(bundle),
      backboneMacs,
      budgets,
      chosen: [
        ...answering.chosen,
        ...(options.calibration === null
          ? []
          : chooseSettings({ predictions: predict(options.calibration), rule: answering.rule, budgets, backboneMacs })),
      ],
      ...(options.foreign === null ? {} : { foreign: predict(withoutLabels(options.foreign, bundle.model.classes)) }),
    });
  });
}

/** The bundle's whole networks, each answering every row by itself. */
export function referencePoints(bundle: RunnableBundle, reported: StoredLogits): readonly ReferencePoint[] {
  const accuracies = exitAccuracies(predictionsOf(bundle, null, reported));
  let exit = -1;
  return bundle.manifest.networks.map((network) => {
    exit += network.stages.length;
    return { name: network.name, accuracy: accuracies[exit] ?? 0, macs: network.backboneMacs };
  });
}

function answerings({ manifest, ensemble }: RunnableBundle, label: string): readonly Answering[] {
  const chosen = manifest.operatingPoints.map(({ budget, threshold }) => ({ budget, setting: threshold }));
  const own: Answering = { name: label, rule: thresholdRule(), ensemble, chosen };
  const alone: Answering = { name: `${label}, no ensemble`, rule: thresholdRule(), ensemble: null, chosen: [] };
  // With two or three networks in a row there is no streak worth waiting for.
  const patient: Answering = {
    name: patienceName(manifest.method, label),
    rule: patienceRule(),
    ensemble: null,
    chosen: [],
  };
  return [own, ...(manifest.ensemble === null ? [] : [alone]), ...(manifest.method === 'plain' ? [] : [patient])];
}

/** Patience on classifiers that recycle nothing is PABEE (Zhou et al., 2020). */
function patienceName(method: string, label: string): string {
  return method === 'sdn' ? label.replace(/^SDN/, 'PABEE') : `${label}, patience`;
}

function predictionsOf(
  bundle: RunnableBundle,
  ensemble: Ensemble | null,
  { logits, labels }: StoredLogits,
): ExitPredictions {
  const { model } = bundle;
  return predictionsFromLogits({
    logits: ensemble === null ? logits : combineExits(ensemble, logits, labels.length, model.classes),
    labels,
    classes: model.classes,
    exitMacs: exitCosts(model),
  });
}

/** Foreign input has no right class; only confidences are read from it. */
function withoutLabels(logits: readonly Float32Array[], classes: number): StoredLogits {
  return { logits, labels: new Int32Array((logits[0]?.length ?? 0) / classes) };
}

function exitNames({ manifest }: RunnableBundle): readonly string[] {
  const isChain = manifest.networks.length > 1;
  return manifest.networks.flatMap((network) =>
    network.stages.map((stage) => (isChain ? `${network.name}: ${stage.name}` : stage.name)),
  );
}

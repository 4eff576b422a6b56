// What one bundle's stored logits amount to: one report per way of answering, and its whole networks for comparison.

import { operatingPointWithin } from '@ztw/bundle';
import { type Ensemble, exitCosts } from '@ztw/core';
import {
  chooseSettings,
  type ExitPredictions,
  type ExitRule,
  exitAccuracies,
  type MethodReport,
  patienceRule,
  predictionsFromLogits,
  pricedInMilliseconds,
  type ReferencePoint,
  type ReportMethodOptions,
  reportMethod,
  thresholdRule,
} from '@ztw/core/evaluation';
import { combineExits } from '@ztw/ensemble';
import type { BundleTimes } from '../../bundle/bundle-times.ts';
import type { RunnableBundle } from '../../bundle/open-bundle.ts';

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
  /** Fractions of the MACs of the last network. */
  readonly budgets: readonly number[];
  /** Mean milliseconds per row; empty where `times` is null. */
  readonly timeBudgets: readonly number[];
  /** What exits take on a device; null where no times are reported. */
  readonly times: BundleTimes | null;
}

/** One way to turn logits into answers and exits. */
interface Answering {
  readonly name: string;
  readonly rule: ExitRule;
  /** Null: every exit answers for itself. */
  readonly ensemble: Ensemble | null;
  /** Whether the bundle's operating points are settings of this. */
  readonly isCalibrated: boolean;
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
        ...(answering.isCalibrated ? bundlePoints(bundle) : []),
        ...(options.calibration === null
          ? []
          : chooseSettings({ predictions: predict(options.calibration), rule: answering.rule, budgets, backboneMacs })),
      ],
      ...(options.times === null
        ? {}
        : { times: timesOf(options, options.times, answering, options.calibration && predict(options.calibration)) }),
      ...(options.foreign === null ? {} : { foreign: predict(withoutLabels(options.foreign, bundle.model.classes)) }),
    });
  });
}

/** Times of the exits, and the settings for budgets in milliseconds: the bundle's own as `ztw run` takes them, else calibrated ones. */
function timesOf(
  { bundle, timeBudgets }: ReportBundleOptions,
  { profile, batchSize, exitMilliseconds, wholeMilliseconds }: BundleTimes,
  { rule, isCalibrated }: Answering,
  calibration: ExitPredictions | null,
): NonNullable<ReportMethodOptions['times']> {
  const { operatingPoints } = bundle.manifest;
  const stageNames = bundle.model.stages.map((stage) => stage.name);
  const knowsTimes = isCalibrated && operatingPoints.every((point) => point.exitShares !== undefined);
  const own = timeBudgets.flatMap((milliseconds) => {
    const budget = { milliseconds, profile, batchSize };
    const point = knowsTimes ? operatingPointWithin(operatingPoints, budget, stageNames) : null;
    return point === null ? [] : [{ budgetMilliseconds: milliseconds, setting: point.threshold }];
  });
  const calibrated =
    calibration === null
      ? []
      : chooseSettings({
          predictions: pricedInMilliseconds(calibration, exitMilliseconds),
          rule,
          budgets: timeBudgets,
          // Budgets are shares of this: one millisecond makes them milliseconds.
          backboneMacs: 1,
        }).map(({ budget, setting }) => ({ budgetMilliseconds: budget, setting }));
  return {
    device: profile.device ?? null,
    batchSize,
    exitMilliseconds,
    wholeMilliseconds,
    budgets: timeBudgets,
    chosen: [...own, ...calibrated],
  };
}

function bundlePoints({ manifest }: RunnableBundle): readonly { readonly budget: number; readonly setting: number }[] {
  return manifest.operatingPoints.map(({ budget, threshold }) => ({ budget, setting: threshold }));
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
  const own: Answering = { name: label, rule: thresholdRule(), ensemble, isCalibrated: true };
  const alone: Answering = {
    name: `${label}, no ensemble`,
    rule: thresholdRule(),
    ensemble: null,
    isCalibrated: false,
  };
  // With two or three networks in a row there is no streak worth waiting for.
  const patient: Answering = {
    name: patienceName(manifest.method, label),
    rule: patienceRule(),
    ensemble: null,
    isCalibrated: false,
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

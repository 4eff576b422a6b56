// What one bundle's stored logits amount to: one report per way of answering, and its whole networks for comparison.

import { calibratedKind, operatingPointWithin } from '@ztw/bundle';
import { type Ensemble, type OperatingPoint, type PolicyKind, policyKinds } from '@ztw/core';
import {
  chooseSettings,
  chooseSettingsForShares,
  costsInMacs,
  type ExitPredictions,
  exitAccuracies,
  type MethodReport,
  predictionsFromLogits,
  type ReferencePoint,
  type ReportMethodOptions,
  reportMethod,
} from '@ztw/core/evaluation';
import { exitCosts, singleLimit } from '@ztw/core/runtime';
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
  /** What is swept; null: what the bundle was calibrated with and, beside it, patience. */
  readonly policy: PolicyKind | null;
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
  readonly policy: PolicyKind;
  /** Null: every exit answers for itself. */
  readonly ensemble: Ensemble | null;
  /** Whether the bundle's operating points are settings of this. */
  readonly isCalibrated: boolean;
}

/** Reports all ways of answering with a bundle: its own first. */
export function reportBundle(options: ReportBundleOptions): readonly MethodReport[] {
  const { bundle, budgets } = options;
  const { backboneMacs } = bundle.model;
  return answerings(bundle, options.label, options.policy).map((answering) => {
    const { policy, ensemble } = answering;
    const predict = (stored: StoredLogits): ExitPredictions => predictionsOf(bundle, ensemble, stored);
    const predictions = predict(options.reported);
    const costs = costsInMacs(predictions, backboneMacs);
    const calibration = options.calibration && predict(options.calibration);
    return reportMethod({
      name: answering.name,
      policy,
      predictions,
      exitNames: exitNames(bundle),
      costs,
      budgets,
      chosen: [
        ...ownPoints(bundle, answering).map(({ budget, setting }) => ({ budget, setting })),
        ...(calibration === null ? [] : chooseSettingsForShares({ predictions: calibration, policy, budgets, costs })),
      ],
      ...(options.times === null ? {} : { times: timesOf(options, options.times, answering, calibration) }),
      ...(options.foreign === null ? {} : { foreign: predict(withoutLabels(options.foreign, bundle.model.classes)) }),
    });
  });
}

/** Times of the exits, and the settings for budgets in milliseconds: the bundle's own as `ztw run` takes them, else calibrated ones. */
function timesOf(
  { bundle, timeBudgets }: ReportBundleOptions,
  { profile, batchSize, costs }: BundleTimes,
  answering: Answering,
  calibration: ExitPredictions | null,
): NonNullable<ReportMethodOptions['times']> {
  const stageNames = bundle.model.stages.map((stage) => stage.name);
  const points = ownPoints(bundle, answering);
  const knowsTimes = points.every((point) => point.exitShares !== undefined);
  const own = timeBudgets.flatMap((milliseconds) => {
    const budget = { milliseconds, profile, batchSize };
    const best = knowsTimes ? operatingPointWithin(points, budget, stageNames) : null;
    const point = points.find((candidate) => candidate === best);
    return point === undefined ? [] : [{ budgetMilliseconds: milliseconds, setting: point.setting }];
  });
  const calibrated =
    calibration === null
      ? []
      : chooseSettings({ predictions: calibration, policy: answering.policy, budgets: timeBudgets, costs }).map(
          ({ budget, setting }) => ({ budgetMilliseconds: budget, setting }),
        );
  return {
    device: profile.device ?? null,
    batchSize,
    costs,
    budgets: timeBudgets,
    chosen: [...own, ...calibrated],
  };
}

/** The bundle's operating points that are settings of a way of answering. */
function ownPoints(
  { manifest }: RunnableBundle,
  { policy, isCalibrated }: Answering,
): readonly (OperatingPoint & { readonly setting: number })[] {
  if (!isCalibrated) return [];
  return manifest.operatingPoints.flatMap((point) => {
    const single = singleLimit(point.policy);
    const isSetting = single?.kind === policy && single.comparison === policy.comparisons[0];
    return isSetting ? [{ ...point, setting: single.limit }] : [];
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

function answerings(
  { manifest, ensemble }: RunnableBundle,
  label: string,
  wanted: PolicyKind | null,
): readonly Answering[] {
  const policy = wanted ?? calibratedKind(manifest.operatingPoints);
  const own: Answering = { name: nameOf(manifest.method, label, policy), policy, ensemble, isCalibrated: true };
  const alone: Answering = { ...own, name: `${own.name}, no ensemble`, ensemble: null, isCalibrated: false };
  const patient: Answering = {
    name: nameOf(manifest.method, label, policyKinds.patience),
    policy: policyKinds.patience,
    ensemble: null,
    isCalibrated: false,
  };
  // With two or three networks in a row there is no streak worth waiting for.
  const isPatienceWorthIt = manifest.method !== 'plain' && wanted === null && policy !== policyKinds.patience;
  return [own, ...(manifest.ensemble === null ? [] : [alone]), ...(isPatienceWorthIt ? [patient] : [])];
}

/** Patience on classifiers that recycle nothing is PABEE (Zhou et al., 2020). */
function nameOf(method: string, label: string, policy: PolicyKind): string {
  if (policy === policyKinds.confidence) return label;
  if (policy === policyKinds.patience && method === 'sdn') return label.replace(/^SDN/, 'PABEE');
  return `${label}, ${policy.kind}`;
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

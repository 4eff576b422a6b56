// Makes bundles from planned networks and rows: trains internal classifiers, fits the ensemble, drops exits that do not
// pay, chooses thresholds and packs the files.

import { type Preprocessing, type StoredOperatingPoint, storedOperatingPoint } from '@ztw/bundle';
import { type DeviceProfile, InvalidInputError, type PolicyKind } from '@ztw/core';
import { type MathKernels, throwIfAborted } from '@ztw/core/runtime';
import type { BundleRuntimes } from '@ztw/onnx-graph';
import type { EnsembleChoice } from '../bundle/assemble-bundle.ts';
import { type CalibrationTargets, calibrationTargets } from '../bundle/calibration-targets.ts';
import { type MadeExit, packBundle } from '../bundle/pack-bundle.ts';
import type { BundleMethod } from '../plan/method.ts';
import type { PruningReport } from '../pruning/pruning-report.ts';
import type { TrainingStorage } from '../storage/training-storage.ts';
import type { HeldOutData, TrainingData } from '../training/train-options.ts';
import type { TrainingRecipe } from '../training/training-recipe.ts';
import { assembleNetworks } from './assemble-networks.ts';
import type { BundleEvent, Watch } from './bundle-event.ts';
import { describeChain } from './chain-description.ts';
import { reportHeads } from './heads-report.ts';
import { bundleMeasurer } from './measure-bundle.ts';
import type { NetworkPlan } from './network-plan.ts';
import type { OnnxBackend } from './onnx-backend.ts';
import { createPruner, type PruneMethod, type PruningOptions } from './pruning/create-pruner.ts';
import type { StageTimes } from './stage-times.ts';
import { type ExitTimes, type TimeExitsOptions, timeExits } from './time-exits.ts';
import { type TrainedNetwork, trainChain } from './train-chain.ts';
import { networkTrainer } from './train-network.ts';

/** How thresholds are chosen. */
export interface CalibrationOptions {
  readonly ensemble: EnsembleChoice;
  /** Ascending fractions of the last network's cost. */
  readonly budgets: readonly number[];
  /** Ascending mean milliseconds per row, for further operating points. */
  readonly timeBudgets: readonly number[];
  /** The policy that operating points set a limit for. */
  readonly policy: PolicyKind;
  readonly times: StageTimes;
}

/** Results for the bundle's provenance. */
export interface BundleFacts {
  readonly ensemble: EnsembleChoice;
  readonly measuredAgainst: CalibrationTargets['measuredAgainst'];
  /** Null where all exits stay. */
  readonly pruning: Readonly<Record<string, unknown>> | null;
}

/** The content of a bundle beside its networks. */
export interface BundleContent {
  /** One name per class; null if unknown. */
  readonly labels: readonly string[] | null;
  /** How images become the input; null if unknown. */
  readonly preprocessing: Preprocessing | null;
  /** Further files, by path. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** JSON-safe. */
  provenance(facts: BundleFacts): Readonly<Record<string, unknown>>;
}

export interface MakeBundlesOptions {
  readonly onnx: OnnxBackend;
  /** Called only if something is trained. */
  loadKernels(): Promise<MathKernels>;
  /** In chain order; usually one. */
  readonly plans: readonly NetworkPlan[];
  /** May be null if no network has cuts. */
  readonly training: TrainingData | null;
  readonly heldOut: HeldOutData;
  readonly recipe: Partial<TrainingRecipe>;
  readonly calibration: CalibrationOptions;
  /** Null: all exits stay. */
  readonly pruning: PruningOptions | null;
  /** The runtimes that the bundles are for. */
  readonly runtimes: BundleRuntimes;
  readonly content: BundleContent;
  readonly storage: TrainingStorage;
  /** Maximum bytes of features in memory. */
  readonly memoryLimit: number;
  readonly onEvent?: (event: BundleEvent) => void;
  readonly signal?: AbortSignal;
}

/** One method's bundle. */
export interface MadeBundle {
  readonly method: BundleMethod;
  /** Every file of the bundle by its path, the manifest last. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly report: BundleReport;
  /** Measured times of its stages; null where nothing was measured. */
  readonly profile: DeviceProfile | null;
}

/** Report about a bundle; JSON-safe. */
export interface BundleReport {
  readonly exits: readonly MadeExit[];
  readonly operatingPoints: readonly StoredOperatingPoint[];
  /** Which exits pay; null if not requested. */
  readonly pruning: PruningReport | null;
  /** Time to each exit; null if no times were requested. */
  readonly times: ExitTimes | null;
  readonly measuredAgainst: CalibrationTargets['measuredAgainst'];
  /** Budgets (fractions of the cost, and milliseconds) that no threshold meets. */
  readonly unreachable: { readonly budgets: readonly number[]; readonly timeBudgets: readonly number[] };
}

/**
 * Trains once, then makes one bundle per method. Each bundle can be written before the next is made.
 * With storage that outlives the process, an interrupted job resumes from its last checkpoint and gives the same bytes.
 * @throws InvalidInputError when the parts do not match; errors of `trainInternalClassifiers`; AbortedError once the
 *   signal fired.
 */
export async function* makeBundles(options: MakeBundlesOptions): AsyncGenerator<MadeBundle, void, undefined> {
  const { onnx, plans, training, heldOut, recipe, calibration, pruning, runtimes, storage, memoryLimit } = options;
  checkPlans(plans, pruning);
  checkTimes(options);
  const { classes } = describeChain(plans);
  const watch: Watch = { report: (event) => options.onEvent?.(event), signal: options.signal };
  const loadKernels = (): Promise<MathKernels> => options.loadKernels();
  for (const plan of plans) {
    if (plan.cuts.length > 0) watch.report({ kind: 'heads-planned', heads: reportHeads(plan) });
  }
  const train = networkTrainer({ onnx, loadKernels, training, heldOut, recipe, memoryLimit, storage, watch });
  const networks = await trainChain(plans, train);
  const results = networks.map(({ result }) => result);
  const goals = calibrationTargets(heldOut, results, classes);
  const { targets } = goals;
  const { ensemble, times } = calibration;
  const measure = bundleMeasurer({
    onnx,
    network: lastOf(plans).network,
    preprocessing: options.content.preprocessing,
    batchSize: times.batchSize,
    heldOut,
    storage,
    watch,
  });
  const prune =
    pruning === null
      ? null
      : await createPruner({
          pruning,
          networks,
          heldOut,
          targets,
          ensemble,
          runtimes,
          times,
          train,
          measure,
          onnx,
          watch,
        });
  const timing = { times, device: onnx.device, measure };
  for (const { method } of lastOf(plans).variants) {
    throwIfAborted(watch.signal, 'training');
    yield await makeBundle(method, {
      networks,
      goals,
      calibration,
      prune,
      timing,
      runtimes,
      content: options.content,
      watch,
    });
  }
}

interface BundleParts {
  readonly networks: readonly TrainedNetwork[];
  readonly goals: CalibrationTargets;
  readonly calibration: CalibrationOptions;
  readonly prune: PruneMethod | null;
  readonly timing: TimeExitsOptions;
  readonly runtimes: BundleRuntimes;
  readonly content: BundleContent;
  readonly watch: Watch;
}

async function makeBundle(method: BundleMethod, parts: BundleParts): Promise<MadeBundle> {
  const { networks, goals, calibration, prune, timing, runtimes, content, watch } = parts;
  const { targets, measuredAgainst } = goals;
  const { ensemble, budgets, timeBudgets, policy } = calibration;
  const onMissing = (reason: string): void => watch.report({ kind: 'onnx-only', reason });
  const pruned = prune === null ? null : await prune(method);
  const bundle = pruned?.bundle ?? assembleNetworks({ method, networks, targets, ensemble, runtimes, onMissing });
  const timed = timeBudgets.length === 0 ? null : await timeExits(bundle, pruned, timing);
  const facts = { ensemble, measuredAgainst, pruning: pruned === null ? null : factsOf(pruned.report) };
  const { files, exits, operatingPoints } = await packBundle(
    { ...bundle, files: new Map([...bundle.files, ...content.files]) },
    {
      budgets,
      policy,
      times: timed === null ? null : { exitMilliseconds: timed.times.exitMilliseconds, budgets: timeBudgets },
      labels: content.labels,
      preprocessing: content.preprocessing,
      provenance: content.provenance(facts),
    },
  );
  return {
    method,
    files,
    profile: timed?.profile ?? pruned?.profile ?? null,
    report: {
      exits,
      operatingPoints: operatingPoints.map(storedOperatingPoint),
      pruning: pruned?.report ?? null,
      times: timed?.times ?? null,
      measuredAgainst,
      unreachable: {
        budgets: budgets.filter((budget) => !operatingPoints.some((point) => point.budget === budget)),
        timeBudgets: timeBudgets.filter(
          (budget) => timed !== null && budget < Math.min(...timed.times.exitMilliseconds),
        ),
      },
    },
  };
}

/** The pruning part of a bundle's provenance. */
function factsOf({ unit, accuracy, dropped, verdict }: PruningReport): Readonly<Record<string, unknown>> {
  return { unit, accuracy, dropped: dropped.map(({ name }) => name), verdict: verdict.kind };
}

function checkPlans(plans: readonly NetworkPlan[], pruning: PruningOptions | null): void {
  if (plans.length === 1 && plans[0]?.cuts.length === 0) {
    throw new InvalidInputError(
      'A network without cuts has no early exit. Choose cuts, or give a second network for a chain.',
    );
  }
  if (pruning !== null && plans.length > 1) {
    throw new InvalidInputError(
      `Expected one network for pruning; received ${plans.length}. Train each network alone, then chain the pruned networks.`,
      { expected: 1, received: plans.length },
    );
  }
}

/** Stages are measured on ONNX Runtime, before the bundle is written. */
function checkTimes({ runtimes, calibration, pruning }: MakeBundlesOptions): void {
  const { times, timeBudgets } = calibration;
  const measures = times.profile === null && (timeBudgets.length > 0 || pruning?.unit === 'milliseconds');
  if (runtimes !== 'tfjs' || !measures) return;
  throw new InvalidInputError(
    'Expected bundles for ONNX Runtime, which measures the stages for budgets and pruning in milliseconds; received the runtimes "tfjs". ' +
      'Choose "both" or "onnx", or give a measured profile.',
    { expected: ['both', 'onnx'], received: runtimes, path: 'runtimes' },
  );
}

function lastOf(plans: readonly NetworkPlan[]): NetworkPlan {
  const last = plans.at(-1);
  if (last === undefined) throw new Error('internal: a job without a network');
  return last;
}

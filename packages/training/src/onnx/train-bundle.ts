// From a pretrained network and rows to a bundle, in one call. `makeBundles` exposes every decision.

import type { Preprocessing } from '@ztw/bundle';
import { InvalidInputError } from '@ztw/core';
import { type MathKernels, throwIfAborted } from '@ztw/core/runtime';
import type { AnalyseGraphOptions, BundleRuntimes, CutSelection } from '@ztw/onnx-graph';
import { type LabelledRows, labelledRowData, selectHeldOutRows, selectTrainingRows } from '../data/row-data.ts';
import { splitRows } from '../data/split-rows.ts';
import type { BundleMethod, Method } from '../plan/method.ts';
import type { HeadChoice } from '../plan/plan-heads.ts';
import { type TrainingStorage, trainingStorage } from '../storage/training-storage.ts';
import { defaultMemoryLimit } from '../training/train-internal-classifiers.ts';
import type { HeldOutData, TrainingData } from '../training/train-options.ts';
import { defaultTrainingRecipe, type TrainingRecipe } from '../training/training-recipe.ts';
import { bundleDefaults } from './bundle-defaults.ts';
import type { BundleEvent } from './bundle-event.ts';
import { type ChainDescription, describeChain } from './chain-description.ts';
import { type BundleReport, type CalibrationOptions, makeBundles } from './make-bundles.ts';
import { type NetworkPlan, planNetwork } from './network-plan.ts';
import type { OnnxBackend } from './onnx-backend.ts';
import { type NetworkSource, openNetwork } from './onnx-network.ts';
import type { PruningOptions } from './pruning/create-pruner.ts';

/** A network and its cuts. */
export type TrainableSource = NetworkSource & {
  /** Default `bundleDefaults.cuts`. */
  readonly cuts?: CutSelection;
  /** Values that an ONNX file leaves open. */
  readonly graph?: AnalyseGraphOptions;
};

export interface TrainBundleOptions {
  /** `onnxBackend({ ort })` of `@ztw/runtime-onnx`. */
  readonly onnx: OnnxBackend;
  /** The heavy operations: `tensorflowKernels(tf)` of `@ztw/runtime-tfjs`, or any implementation of the contract. */
  readonly kernels: MathKernels;
  /** One network, or several that form a chain, cheapest first: ONNX files, or TensorFlow.js networks as programs. */
  readonly networks: readonly TrainableSource[];
  /** Rows in memory, or a reader of rows. */
  readonly data: LabelledRows | TrainingData;
  /**
   * Rows that the ensemble and the thresholds are fitted on: a share of `data`, or separate rows. The network should
   * not have been trained on them. Default `bundleDefaults.heldOutShare`.
   */
  readonly calibration?: number | LabelledRows | HeldOutData;
  /** `ztw` (cascade and ensemble, the default) or `sdn` (neither). */
  readonly method?: Method;
  /** Design of the heads. Default `bundleDefaults.head`. */
  readonly head?: HeadChoice;
  /** Overrides of `defaultTrainingRecipe`. */
  readonly recipe?: Partial<TrainingRecipe>;
  /** Overrides of `bundleDefaults.calibration`. */
  readonly thresholds?: Partial<CalibrationOptions>;
  /** How exits are judged, which may cost more than they save. Default: all exits stay. */
  readonly pruning?: PruningOptions | null;
  /** The runtimes that the bundle is for. All forms of a stage share their values. Default `bundleDefaults.runtimes`. */
  readonly runtimes?: BundleRuntimes;
  /** One name per class. */
  readonly labels?: readonly string[] | null;
  /** How images become the input, for users of the bundle. */
  readonly preprocessing?: Preprocessing | null;
  /** Provenance of the bundle; JSON-safe. */
  readonly provenance?: Readonly<Record<string, unknown>>;
  /** Default: memory; nothing outlives the process. */
  readonly storage?: TrainingStorage;
  /** Bytes of features to hold in memory. Default `defaultMemoryLimit`. */
  readonly memoryLimit?: number;
  readonly onEvent?: (event: BundleEvent) => void;
  readonly signal?: AbortSignal;
}

export interface TrainedBundle {
  /** Every file of the bundle by its path, the manifest last: for `loadBundle` of either runtime. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly report: BundleReport;
}

/**
 * Trains internal classifiers for a network or a chain of networks, and makes a bundle.
 * The same seed, rows and networks give the same bytes.
 * @throws InvalidModelError, UnsupportedModelError for a network that cannot be read or cut; InvalidDataError for rows
 *   that do not match it; InvalidInputError for options that conflict; errors of `trainInternalClassifiers`;
 *   AbortedError once the signal fired.
 */
export async function trainBundle(options: TrainBundleOptions): Promise<TrainedBundle> {
  const plans = await planNetworks(options);
  const chain = describeChain(plans);
  const { training, heldOut } = divide(options, chain);
  const { onnx, kernels, provenance = {}, onEvent, signal } = options;
  const bundles = makeBundles({
    onnx,
    loadKernels: async () => kernels,
    plans,
    training,
    heldOut,
    recipe: options.recipe ?? {},
    calibration: { ...bundleDefaults.calibration, ...options.thresholds },
    pruning: options.pruning ?? null,
    runtimes: options.runtimes ?? bundleDefaults.runtimes,
    content: {
      labels: options.labels ?? null,
      preprocessing: options.preprocessing ?? null,
      files: new Map(),
      provenance: ({ ensemble, measuredAgainst, pruning }) => ({
        ...provenance,
        ensemble,
        measuredAgainst,
        ...(pruning && { pruning }),
      }),
    },
    storage: options.storage ?? trainingStorage(),
    memoryLimit: options.memoryLimit ?? defaultMemoryLimit,
    ...(onEvent === undefined ? {} : { onEvent }),
    ...(signal === undefined ? {} : { signal }),
  });
  for await (const { files, report } of bundles) return { files, report };
  throw new Error('internal: no bundle was made');
}

/** Chooses cuts and heads of all networks. */
async function planNetworks(options: TrainBundleOptions): Promise<readonly NetworkPlan[]> {
  const { onnx, networks, head = bundleDefaults.head, method = bundleDefaults.method, signal } = options;
  const selections = networks.map(({ cuts = bundleDefaults.cuts }) => cuts);
  const methods: readonly BundleMethod[] = selections.some(({ kind }) => kind !== 'none') ? [method] : ['plain'];
  const plans: NetworkPlan[] = [];
  for (const [index, source] of networks.entries()) {
    throwIfAborted(signal, 'training');
    const network = await openNetwork(source, { onnx, ...(source.graph === undefined ? {} : { graph: source.graph }) });
    const selection = selections[index] ?? bundleDefaults.cuts;
    plans.push(await planNetwork(network, { selection, methods, head, followsNetwork: index > 0 }));
  }
  return plans;
}

/** Splits rows into training rows and held-out rows. */
function divide(
  { data, calibration = bundleDefaults.heldOutShare, recipe }: TrainBundleOptions,
  { inputShape }: ChainDescription,
): { readonly training: TrainingData; readonly heldOut: HeldOutData } {
  const all: TrainingData = 'read' in data ? data : { ...labelledRowData('training', data, inputShape), copies: 1 };
  if (typeof calibration === 'object') {
    const heldOut = 'read' in calibration ? calibration : labelledRowData('calibration', calibration, inputShape);
    return { training: all, heldOut };
  }
  const seed = recipe?.seed ?? defaultTrainingRecipe.seed;
  const { train, validation } = splitRows(all.rows, all.labels, { validation: calibration, seed });
  if (train.length === 0 || validation.length === 0) {
    throw new InvalidInputError(
      `Expected at least one training row and one held-out row; received ${train.length} and ${validation.length} of ${all.rows} rows. Choose another share, or give rows for the calibration.`,
      { received: { training: train.length, heldOut: validation.length } },
    );
  }
  return { training: selectTrainingRows(all, train), heldOut: selectHeldOutRows(all, validation) };
}

// From a pretrained network and rows to a bundle, in one call. `makeBundles` is the same with every decision laid open.

import type { Preprocessing } from '@ztw/bundle';
import { InvalidInputError } from '@ztw/core';
import { type MathKernels, throwIfAborted } from '@ztw/core/runtime';
import type { AnalyseGraphOptions, CutSelection } from '@ztw/onnx-graph';
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

/** A network, with where it is cut. */
export type TrainableSource = NetworkSource & {
  /** Default `bundleDefaults.cuts`. */
  readonly cuts?: CutSelection;
  /** What an ONNX file leaves open. */
  readonly graph?: AnalyseGraphOptions;
};

export interface TrainBundleOptions {
  /** `onnxBackend({ ort })` of `@ztw/runtime-onnx`. */
  readonly onnx: OnnxBackend;
  /** The heavy operations: `tensorflowKernels(tf)` of `@ztw/runtime-tfjs`, or any that keep the contract. */
  readonly kernels: MathKernels;
  /** One network, or several that make a chain, the cheapest first: ONNX files, or networks of TensorFlow.js as programs. */
  readonly networks: readonly TrainableSource[];
  /** Rows in memory, or whatever reads them. */
  readonly data: LabelledRows | TrainingData;
  /**
   * Rows that ensemble and thresholds are chosen on: a share of `data`, or rows of their own, which the network should not have been
   * trained on. Default `bundleDefaults.heldOutShare`.
   */
  readonly calibration?: number | LabelledRows | HeldOutData;
  /** `ztw` (cascade and ensemble, the default) or `sdn` (neither). */
  readonly method?: Method;
  /** How the heads look. Default `bundleDefaults.head`. */
  readonly head?: HeadChoice;
  /** What differs from `defaultTrainingRecipe`. */
  readonly recipe?: Partial<TrainingRecipe>;
  /** What differs from `bundleDefaults.calibration`. */
  readonly thresholds?: Partial<CalibrationOptions>;
  /** How exits are judged that may cost more than they save. Default: all stay. */
  readonly pruning?: PruningOptions | null;
  /** One name per class. */
  readonly labels?: readonly string[] | null;
  /** How images become the input, for whoever runs the bundle. */
  readonly preprocessing?: Preprocessing | null;
  /** What the bundle says of its making; JSON-safe. */
  readonly provenance?: Readonly<Record<string, unknown>>;
  /** Default: memory, where nothing outlives the process. */
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
 * Trains internal classifiers for a network, or a chain of networks, and makes a bundle of it.
 * The same seed, rows and networks give the same bytes.
 * @throws InvalidModelError, UnsupportedModelError for a network that cannot be read or cut; InvalidDataError for rows that do not fit it;
 *   InvalidInputError for options that do not fit together; errors of `trainInternalClassifiers`; AbortedError once the signal fired.
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

/** Rows to train on, and rows that are held out. */
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
      `Of the ${all.rows} rows, ${train.length} are left to train on and ${validation.length} are held out; both need at least one. Choose another share, or give rows for the calibration.`,
    );
  }
  return { training: selectTrainingRows(all, train), heldOut: selectHeldOutRows(all, validation) };
}

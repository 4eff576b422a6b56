// The whole of `ztw train`: networks and data from files, internal classifiers, ensemble, thresholds, bundles into folders.

import { join } from 'node:path';
import { InvalidInputError, type OperatingPoint, type Preprocessing } from '@ztw/core';
import type { AnalyseGraphOptions, CutSelection } from '@ztw/onnx-graph';
import type { TrainingRecipe } from '@ztw/runtime-tfjs';
import { createPreprocessing, type NormalisationOptions } from '../data/index.ts';
import { assertOutputFolder, writeOutputFolder } from '../storage/index.ts';
import { calibrationTargets } from './calibration-targets.ts';
import { type ChainDescription, describeChain } from './chain-description.ts';
import { type JobContext, throwIfAborted } from './job-context.ts';
import { type EnsembleChoice, type MadeExit, makeBundle } from './make-bundle.ts';
import type { BundleMethod, Method } from './method.ts';
import { readNetwork } from './network.ts';
import type { NetworkResult } from './network-result.ts';
import { type LoadedRuntime, loadRuntime, type RuntimeOptions } from './onnx-runtime.ts';
import type { ImageSource } from './open-images.ts';
import { type HeadChoice, type NetworkPlan, planTraining } from './plan-training.ts';
import { trainChain } from './train-chain.ts';
import type { Augmentation } from './training-data.ts';
import { type Calibration, openTrainingImages, type TrainingImages } from './training-images.ts';
import { describeJob } from './training-job-description.ts';
import { holdsUnfinishedJob, type JobDescription, openWorkFolder, type WorkFolder } from './work-folder.ts';

export interface TrainJobOptions {
  /** In the order of the chain; one is the usual case. */
  readonly networks: readonly { readonly path: string; readonly cuts: CutSelection }[];
  /** What the networks' files leave open. */
  readonly graph: AnalyseGraphOptions;
  /** Null is enough where nothing is trained. */
  readonly data: ImageSource | null;
  readonly calibration: Calibration;
  readonly normalisation: NormalisationOptions;
  readonly head: HeadChoice;
  readonly methods: readonly Method[];
  readonly augmentation: Augmentation;
  readonly useLabels: boolean;
  readonly recipe: TrainingRecipe;
  readonly ensemble: EnsembleChoice;
  /** Ascending fractions of the last network's cost. */
  readonly budgets: readonly number[];
  readonly out: string;
  readonly overwrite: boolean;
  readonly work: string;
  readonly keepWork: boolean;
  /** False: drop what an interrupted job left in the work folder. */
  readonly resume: boolean;
  /** Bytes of features that may be held in memory. */
  readonly memoryLimit: number;
  readonly runtime: RuntimeOptions;
  /** The command line, for the bundle's provenance. */
  readonly command: string;
}

/** What was written for one method. */
export interface WrittenBundle {
  readonly method: BundleMethod;
  readonly folder: string;
  readonly bytes: number;
  readonly exits: readonly MadeExit[];
  readonly operatingPoints: readonly OperatingPoint[];
}

export interface TrainJobResult {
  readonly bundles: readonly WrittenBundle[];
  /** Rows that ICs were trained on; 0 where nothing was trained. */
  readonly trainingRows: number;
  readonly calibrationRows: number;
  /** Whether accuracies are measured against labels, or against the last network's own answers. */
  readonly measuredAgainst: 'labels' | 'network';
  readonly seconds: number;
}

/**
 * Trains and writes. An output folder appears whole or not at all; an interrupted job leaves its work folder, from which the same
 * options go on.
 * @throws InvalidInputError, InvalidModelError, UnsupportedModelError, InvalidDataError for what cannot be trained on.
 * @throws AbortedError once the signal has fired, StorageError where bytes cannot be written.
 */
export async function trainJob(options: TrainJobOptions, context: JobContext): Promise<TrainJobResult> {
  const start = performance.now();
  const trains = options.networks.some((network) => network.cuts.kind !== 'none');
  if (!trains && options.networks.length < 2) {
    throw new InvalidInputError(
      'A network without cuts has no early exit. Choose cuts (--cuts auto), or give a second network for a chain.',
    );
  }
  const methods: readonly BundleMethod[] = trains ? options.methods : ['plain'];
  const folders = new Map(
    methods.map((method) => [method, methods.length === 1 ? options.out : join(options.out, method)]),
  );
  if (!(options.resume && (await holdsUnfinishedJob(options.work)))) {
    for (const folder of folders.values()) await assertOutputFolder(folder, options);
  }
  const runtime = await loadRuntime(options.runtime);
  const plans = await planNetworks(options, methods, runtime, context);
  const chain = describeChain(plans);
  const preprocessing = createPreprocessing(chain.inputShape, options.normalisation);
  for (const caution of cautions(options)) context.onNote(caution);
  const images = await openTrainingImages(
    { ...options, preprocessing, network: chain, trains, seed: options.recipe.seed },
    context,
  );
  const job = await describeJob({ options, plans, images, preprocessing, runtime });
  const work = await openWorkFolder(options.work, job, options.resume);
  if (work.resumed) context.onNote(`Going on with the job in ${work.path}.`);
  const parts: JobParts = { options, folders, plans, chain, preprocessing, images, job, work, runtime };
  const written = await trainAndWrite(parts, context);
  await work.markFinished();
  if (!options.keepWork) await work.remove();
  return {
    ...written,
    trainingRows: images.training?.rows ?? 0,
    calibrationRows: images.heldOut.rows,
    seconds: (performance.now() - start) / 1000,
  };
}

/** Everything that a job has read and decided before its long part begins. */
interface JobParts {
  readonly options: TrainJobOptions;
  /** Output folder of each method. */
  readonly folders: ReadonlyMap<BundleMethod, string>;
  readonly plans: readonly NetworkPlan[];
  readonly chain: ChainDescription;
  readonly preprocessing: Preprocessing;
  readonly images: TrainingImages;
  readonly job: JobDescription;
  readonly work: WorkFolder;
  readonly runtime: LoadedRuntime;
}

async function trainAndWrite(
  parts: JobParts,
  context: JobContext,
): Promise<Pick<TrainJobResult, 'bundles' | 'measuredAgainst'>> {
  const { options, plans, chain, images, work } = parts;
  try {
    const results = await trainChain({ ...options, ...parts }, context);
    const { targets, measuredAgainst } = calibrationTargets(images.heldOut, results, chain.classes);
    // An interrupted job may have written some of its bundles already.
    const overwrite = options.overwrite || (work.resumed && !work.finished);
    const bundles: WrittenBundle[] = [];
    for (const [method, folder] of parts.folders) {
      throwIfAborted(context.signal);
      const { files, exits, operatingPoints } = await makeBundle({
        ...options,
        method,
        networks: plans.map((plan, index) => ({ plan, result: results[index] as NetworkResult })),
        targets,
        labels: classLabels(images, chain.classes),
        preprocessing: parts.preprocessing,
        provenance: { ...parts.job, ensemble: options.ensemble, measuredAgainst, command: options.command },
        onNote: (text) => context.onNote(text),
      });
      await writeOutputFolder(folder, files, { overwrite, signal: context.signal });
      const bytes = [...files.values()].reduce((sum, file) => sum + file.length, 0);
      bundles.push({ method, folder, bytes, exits, operatingPoints });
    }
    return { bundles, measuredAgainst };
  } catch (error) {
    context.onNote(`What has been done lies in ${work.path}; the same command goes on from there.`);
    throw error;
  } finally {
    work.close();
  }
}

async function planNetworks(
  options: TrainJobOptions,
  methods: readonly BundleMethod[],
  runtime: LoadedRuntime,
  context: JobContext,
): Promise<readonly NetworkPlan[]> {
  const plans: NetworkPlan[] = [];
  for (const { path, cuts } of options.networks) {
    throwIfAborted(context.signal);
    const network = await readNetwork(path, runtime, options.graph);
    plans.push(await planTraining(network, { selection: cuts, head: options.head, methods }));
  }
  return plans;
}

/** The data's class names, where there is one for each class. */
function classLabels({ training, heldOut }: TrainingImages, classes: number): readonly string[] | null {
  const names = training?.classNames ?? heldOut.classNames;
  return names?.length === classes ? names : null;
}

/** What a person may have overlooked. */
function cautions({ normalisation, calibration }: TrainJobOptions): readonly string[] {
  const { preset, mean, std } = normalisation;
  return [
    ...(preset === undefined && mean === undefined && std === undefined
      ? [
          'Note: no normalisation was given, so pixels go in as 0..1. If the network was trained otherwise, see --preset, --mean, --std.',
        ]
      : []),
    ...(calibration.kind === 'split'
      ? [
          'Note: ensemble and thresholds are chosen on a part of --data. If the network was trained on it, they come out too bold; see --calibration-data.',
        ]
      : []),
  ];
}

// The whole of `ztw train`: networks and data from files, internal classifiers, ensemble, thresholds, bundles into folders.

import { join, resolve, sep } from 'node:path';
import { InvalidInputError } from '@ztw/core';
import { withClassNames } from '../../data/class-names.ts';
import { createPreprocessing } from '../../data/index.ts';
import { calibrationTargets } from '../../jobs/calibration-targets.ts';
import type { ChainDescription } from '../../jobs/chain-description.ts';
import { describeChain } from '../../jobs/chain-description.ts';
import { checkNetworks } from '../../jobs/check-networks.ts';
import { missingClassesCaution } from '../../jobs/class-coverage.ts';
import type { BundleMethod } from '../../jobs/method.ts';
import { openTimes } from '../../jobs/open-times.ts';
import type { OwnAccuracy } from '../../jobs/own-accuracy.ts';
import { type NetworkPlan, planTraining } from '../../jobs/plan-training.ts';
import { createPruner } from '../../jobs/pruning/create-pruner.ts';
import { openPruning } from '../../jobs/pruning/open-pruning.ts';
import { trainedCalibrationCaution } from '../../jobs/row-overlaps.ts';
import { describeSeenRows, hashJobRows } from '../../jobs/seen-rows.ts';
import { trainChain } from '../../jobs/train-chain.ts';
import type { TrainerSettings } from '../../jobs/train-network.ts';
import { type JobContext, throwIfAborted } from '../../program/job-context.ts';
import { readNetwork } from '../../runtime/network.ts';
import { type LoadedRuntime, loadRuntime } from '../../runtime/onnx-runtime.ts';
import { loadTensorflow } from '../../runtime/tensorflow.ts';
import { assertOutputFolder } from '../../storage/index.ts';
import { assertWritablePlace } from '../../storage/make-folder.ts';
import { trainingCautions } from './cautions.ts';
import { describeJob } from './job-description.ts';
import type { TrainJobOptions } from './job-options.ts';
import { heldOutData, trainingData } from './training-data.ts';
import { openTrainingImages, type TrainingImages } from './training-images.ts';
import { holdsUnfinishedJob, openWorkFolder } from './work-folder.ts';
import { type WrittenBundle, writeBundles } from './write-bundles.ts';

export interface TrainJobResult {
  readonly bundles: readonly WrittenBundle[];
  /** Rows that ICs were trained on; 0 where nothing was trained. */
  readonly trainingRows: number;
  readonly calibrationRows: number;
  /** Whether accuracies are measured against labels, or against the last network's own answers. */
  readonly measuredAgainst: 'labels' | 'network';
  /** Each network by itself, before the training; empty without labels. */
  readonly ownAccuracies: readonly OwnAccuracy[];
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
  if (options.pruning !== null && options.networks.length > 1) {
    throw new InvalidInputError(
      `--prune-exits judges the exits of one network, and there are ${options.networks.length}. Train each alone, then chain what is left: the cuts that stay can be named with --cuts.`,
    );
  }
  const methods: readonly BundleMethod[] = trains ? options.methods : ['plain'];
  const folders = new Map(
    methods.map((method) => [method, methods.length === 1 ? options.out : join(options.out, method)]),
  );
  assertWorkOutside(options.work, [...folders.values()]);
  if (!(options.resume && (await holdsUnfinishedJob(options.work)))) {
    for (const folder of folders.values()) await assertOutputFolder(folder, options);
  }
  for (const place of [options.out, options.work]) await assertWritablePlace(place);
  const runtime = await loadRuntime(options.runtime);
  const plans = await planNetworks(options, methods, runtime, context);
  const chain = await withClassNames(describeChain(plans), options.classNames);
  const preprocessing = createPreprocessing(chain.inputShape, options.normalisation);
  for (const caution of trainingCautions({ ...options, preprocessing })) context.onNote(caution);
  const images = await openTrainingImages(
    { ...options, preprocessing, network: chain, trains, seed: options.recipe.seed },
    context,
  );
  for (const [kind, data] of [['training', images.training] as const, ['calibration', images.heldOut] as const]) {
    const caution = data === null ? null : missingClassesCaution(kind, data, chain.classes);
    if (caution !== null) context.onNote(caution);
  }
  const rows = await hashJobRows(images, context);
  // Rows that were split off are others, even where the data holds an image twice.
  const trainedOn = options.calibration.kind === 'split' ? null : trainedCalibrationCaution(rows);
  if (trainedOn !== null) context.onNote(trainedOn);
  const own = await checkNetworks(
    { ...options, networks: plans.map(({ network }) => network), images, classes: chain, preprocessing },
    runtime,
    context,
  );
  const times = await openTimes(options.times, plans);
  const opened =
    options.pruning === null ? null : await openPruning(options.pruning, { plans, options, times, runtime });
  const job = await describeJob({ options, plans, images, preprocessing, runtime });
  const work = await openWorkFolder(options.work, job, options.resume);
  if (work.resumed) context.onNote(`Going on with the job in ${work.path}.`);
  const { recipe, memoryLimit } = options;
  const training = images.training === null ? null : trainingData(images.training, { ...options, preprocessing });
  const heldOut = heldOutData(images.heldOut, preprocessing);
  const trainer: TrainerSettings = { training, heldOut, recipe, memoryLimit, work, runtime, loadTensorflow };
  try {
    const networks = await trainChain(plans, trainer, context);
    const calibration = calibrationTargets(
      images.heldOut,
      networks.map(({ result }) => result),
      chain.classes,
    );
    const { targets } = calibration;
    const prune =
      opened === null
        ? null
        : await createPruner({ ...options, opened, networks, targets, preprocessing, trainer }, context);
    const bundles = await writeBundles(
      {
        ...options,
        folders,
        networks,
        calibration,
        labels: classLabels(images, chain),
        preprocessing,
        job,
        seenRows: describeSeenRows(rows),
        // An interrupted job may have written some of its bundles already.
        overwrite: options.overwrite || (work.resumed && !work.finished),
        prune,
        timing: { network: lastOf(plans).network, graph: options.graph, preprocessing, times, trainer },
      },
      context,
    );
    await work.markFinished();
    if (!options.keepWork) await work.remove();
    return {
      bundles,
      measuredAgainst: calibration.measuredAgainst,
      ownAccuracies: own,
      trainingRows: images.training?.rows ?? 0,
      calibrationRows: images.heldOut.rows,
      seconds: (performance.now() - start) / 1000,
    };
  } catch (error) {
    context.onNote(`What has been done lies in ${work.path}; the same command goes on from there.`);
    throw error;
  } finally {
    work.close();
  }
}

/** An output folder is put in place as a whole, so nothing else may lie in it. */
function assertWorkOutside(work: string, folders: readonly string[]): void {
  for (const folder of folders) {
    if (!`${resolve(work)}${sep}`.startsWith(`${resolve(folder)}${sep}`)) continue;
    throw new InvalidInputError(
      `The work folder ${work} lies in the output folder ${folder}. Choose another with --work.`,
    );
  }
}

async function planNetworks(
  options: TrainJobOptions,
  methods: readonly BundleMethod[],
  runtime: LoadedRuntime,
  context: JobContext,
): Promise<readonly NetworkPlan[]> {
  const plans: NetworkPlan[] = [];
  for (const [index, { path, cuts }] of options.networks.entries()) {
    throwIfAborted(context.signal);
    const network = await readNetwork(path, runtime, options.graph);
    plans.push(
      await planTraining(network, { selection: cuts, head: options.head, methods, followsNetwork: index > 0 }),
    );
  }
  return plans;
}

/** The names that the user gave, else the data's, where there is one for each class. */
function classLabels({ training, heldOut }: TrainingImages, chain: ChainDescription): readonly string[] | null {
  const names = chain.labels ?? training?.classNames ?? heldOut.classNames;
  return names?.length === chain.classes ? names : null;
}

function lastOf(plans: readonly NetworkPlan[]): NetworkPlan {
  const last = plans.at(-1);
  if (last === undefined) throw new Error('internal: a job without a network');
  return last;
}

// The whole of `ztw train`: networks and data from files, internal classifiers, ensemble, thresholds, bundles into folders.

import { join } from 'node:path';
import { InvalidInputError } from '@ztw/core';
import { createPreprocessing } from '../../data/index.ts';
import { calibrationTargets } from '../../jobs/calibration-targets.ts';
import { describeChain } from '../../jobs/chain-description.ts';
import type { BundleMethod } from '../../jobs/method.ts';
import { openTimes } from '../../jobs/open-times.ts';
import { type NetworkPlan, planTraining } from '../../jobs/plan-training.ts';
import { createPruner } from '../../jobs/pruning/create-pruner.ts';
import { openPruning } from '../../jobs/pruning/open-pruning.ts';
import { trainChain } from '../../jobs/train-chain.ts';
import type { TrainerSettings } from '../../jobs/train-network.ts';
import { type JobContext, throwIfAborted } from '../../program/job-context.ts';
import { readNetwork } from '../../runtime/network.ts';
import { type LoadedRuntime, loadRuntime } from '../../runtime/onnx-runtime.ts';
import { loadTensorflow } from '../../runtime/tensorflow.ts';
import { assertOutputFolder } from '../../storage/index.ts';
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
  if (!(options.resume && (await holdsUnfinishedJob(options.work)))) {
    for (const folder of folders.values()) await assertOutputFolder(folder, options);
  }
  const runtime = await loadRuntime(options.runtime);
  const plans = await planNetworks(options, methods, runtime, context);
  const chain = describeChain(plans);
  const preprocessing = createPreprocessing(chain.inputShape, options.normalisation);
  for (const caution of trainingCautions(options)) context.onNote(caution);
  const images = await openTrainingImages(
    { ...options, preprocessing, network: chain, trains, seed: options.recipe.seed },
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
        labels: classLabels(images, chain.classes),
        preprocessing,
        job,
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

/** The data's class names, where there is one for each class. */
function classLabels({ training, heldOut }: TrainingImages, classes: number): readonly string[] | null {
  const names = training?.classNames ?? heldOut.classNames;
  return names?.length === classes ? names : null;
}

function lastOf(plans: readonly NetworkPlan[]): NetworkPlan {
  const last = plans.at(-1);
  if (last === undefined) throw new Error('internal: a job without a network');
  return last;
}

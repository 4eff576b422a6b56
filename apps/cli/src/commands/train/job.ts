// The job of `ztw train`: reads networks and data, trains, and writes the bundles.

import { join, resolve, sep } from 'node:path';
import { InvalidInputError, StorageError } from '@ztw/core';
import { tensorflowKernels } from '@ztw/runtime-tfjs';
import type { BundleMethod } from '@ztw/training';
import {
  describeChain,
  type HeadsReport,
  makeBundles,
  measureRates,
  type NetworkPlan,
  planNetwork,
  predictPlan,
  reportHeads,
} from '@ztw/training/onnx';
import { withClassNames } from '../../data/class-names.ts';
import { createPreprocessing, type NetworkClasses } from '../../data/index.ts';
import { missingClassesCaution } from '../../images/class-coverage.ts';
import { trainedCalibrationCaution } from '../../images/row-overlaps.ts';
import { describeSeenRows, hashJobRows } from '../../images/seen-rows.ts';
import { predictionText } from '../../output/prediction-text.ts';
import { type JobContext, throwIfAborted } from '../../program/job-context.ts';
import { readNetwork } from '../../runtime/network.ts';
import { backendOf } from '../../runtime/onnx-backend.ts';
import { type LoadedRuntime, loadRuntime } from '../../runtime/onnx-runtime.ts';
import { loadTensorflow } from '../../runtime/tensorflow.ts';
import { assertOutputFolder } from '../../storage/index.ts';
import { assertWritablePlace } from '../../storage/make-folder.ts';
import { trainingCautions } from './cautions.ts';
import { checkNetworks, distinct, labelledRows } from './check-networks.ts';
import { chooseNormalisation } from './choose-normalisation.ts';
import { describeJob } from './job-description.ts';
import type { TrainJobOptions } from './job-options.ts';
import { openPruning } from './open-pruning.ts';
import { openTimes } from './open-times.ts';
import type { OwnAccuracy } from './own-accuracy.ts';
import { showEvent } from './progress.ts';
import { heldOutData, trainingData } from './training-data.ts';
import { openTrainingImages, type TrainingImages } from './training-images.ts';
import { holdsUnfinishedJob, openWorkFolder } from './work-folder.ts';
import { type WrittenBundle, writeBundle } from './write-bundle.ts';

export interface TrainJobResult {
  readonly bundles: readonly WrittenBundle[];
  /** Rows that ICs were trained on; 0 if nothing was trained. */
  readonly trainingRows: number;
  readonly calibrationRows: number;
  /** Whether accuracies are measured against labels, or against the last network's own answers. */
  readonly measuredAgainst: 'labels' | 'network';
  /** Each network by itself, before the training; empty without labels. */
  readonly ownAccuracies: readonly OwnAccuracy[];
  /** What the heads cost, per network with cuts. */
  readonly heads: readonly HeadsReport[];
  readonly seconds: number;
}

/**
 * Trains and writes. An output folder appears whole or not at all; an interrupted job leaves its work folder, from
 * which the same options go on.
 * @throws InvalidInputError, InvalidModelError, UnsupportedModelError, InvalidDataError for what cannot be trained on.
 * @throws AbortedError once the signal has fired, StorageError where bytes cannot be written.
 */
export async function trainJob(options: TrainJobOptions, context: JobContext): Promise<TrainJobResult> {
  const start = performance.now();
  const { networks, data, heads, recipe, calibration, pruning, output, command } = options;
  const trains = networks.files.some(({ cuts }) => cuts.kind !== 'none');
  checkNetworkCount(options, trains);
  const methods: readonly BundleMethod[] = trains ? heads.methods : ['plain'];
  const folderOf = (method: BundleMethod): string =>
    methods.length === 1 ? output.folder : join(output.folder, method);
  const folders = methods.map(folderOf);
  assertWorkOutside(options.work.folder, folders);
  if (!(options.work.resume && (await holdsUnfinishedJob(options.work.folder)))) {
    for (const folder of folders) await assertOutputFolder(folder, output);
  }
  for (const place of [output.folder, options.work.folder]) await assertWritablePlace(place);
  const runtime = await loadRuntime({ ...options.runtime, onNote: context.onNote });
  const plans = await planNetworks(options, methods, runtime, context);
  const chain = await withClassNames({ ...describeChain(plans), labels: null }, data.classNames);
  const given = createPreprocessing(chain.inputShape, data.normalisation);
  for (const caution of trainingCautions({ ...data, preprocessing: given })) context.onNote(caution);
  const images = await openTrainingImages(
    {
      training: data.training,
      heldOut: data.heldOut,
      useLabels: data.useLabels,
      // Only its sizes matter here.
      preprocessing: given,
      network: chain,
      trains,
      seed: recipe.seed,
    },
    context,
  );
  for (const [kind, rows] of [['training', images.training] as const, ['calibration', images.heldOut] as const]) {
    const caution = rows === null ? null : missingClassesCaution(kind, rows, chain.classes);
    if (caution !== null) context.onNote(caution);
  }
  const rows = await hashJobRows(images, context);
  // Rows that were split off are different rows, even if the data holds an image twice.
  const trainedOn = data.heldOut.kind === 'split' ? null : trainedCalibrationCaution(rows);
  if (trainedOn !== null) context.onNote(trainedOn);
  const seenRows = describeSeenRows(rows);
  const { allowMismatch, normalisation } = data;
  const backbones = distinct(plans.map(({ network }) => network));
  const { preprocessing, by } = await chooseNormalisation(
    { networks: backbones, rows: labelledRows(images), preprocessing: given, normalisation, allowMismatch },
    runtime,
    context,
  );
  const ownAccuracies = await checkNetworks(
    { networks: backbones, images, classes: chain, preprocessing, normalisationBy: by, allowMismatch },
    runtime,
    context,
  );
  const times = await openTimes(calibration.times, plans);
  const judging =
    pruning === null ? null : await openPruning(pruning, { plans, graph: networks.graph, times, runtime });
  const job = await describeJob({ recipe, data, plans, images, preprocessing, runtime });
  const work = await openWorkFolder(options.work.folder, job, options.work.resume);
  if (work.resumed) context.onNote(`Resuming the job in ${work.path}.`);
  try {
    const making = makeBundles({
      onnx: backendOf(runtime),
      loadKernels: async () => tensorflowKernels(await loadTensorflow()),
      plans,
      training:
        images.training === null
          ? null
          : trainingData(images.training, { preprocessing, augmentation: data.augmentation }),
      heldOut: heldOutData(images.heldOut, preprocessing),
      recipe,
      calibration: {
        ensemble: calibration.ensemble,
        budgets: calibration.budgets,
        timeBudgets: calibration.timeBudgets,
        policy: calibration.policy,
        times,
      },
      pruning: judging,
      runtimes: output.runtimes,
      content: {
        labels: classLabels(images, chain),
        preprocessing,
        files: seenRows.files,
        provenance: ({ ensemble, measuredAgainst, pruning: pruned }) => ({
          ...job,
          seenRows: seenRows.provenance,
          ensemble,
          measuredAgainst,
          command,
          ...(pruned && { pruning: pruned }),
        }),
      },
      storage: work,
      memoryLimit: options.work.memoryLimit,
      onEvent: (event) => showEvent(event, context),
      signal: context.signal,
    });
    // An interrupted job may have written some of its bundles already.
    const overwrite = output.overwrite || (work.resumed && !work.finished);
    const bundles: WrittenBundle[] = [];
    let measuredAgainst: TrainJobResult['measuredAgainst'] = 'labels';
    for await (const made of making) {
      ({ measuredAgainst } = made.report);
      bundles.push(await writeBundle(made, folderOf(made.method), overwrite, context));
    }
    await work.markFinished();
    if (!options.work.keep) await work.remove();
    return {
      bundles,
      measuredAgainst,
      ownAccuracies,
      heads: plans.filter(({ cuts }) => cuts.length > 0).map(reportHeads),
      trainingRows: images.training?.rows ?? 0,
      calibrationRows: images.heldOut.rows,
      seconds: (performance.now() - start) / 1000,
    };
  } catch (error) {
    context.onNote(
      `The finished work is kept in ${work.path}. Run the same command again to resume${StorageError.isInstance(error) ? ', or start again with --no-resume if that work is damaged' : ''}.`,
    );
    throw error;
  } finally {
    work.close();
  }
}

/** @throws InvalidInputError for one network without cuts, and for pruning of several networks. */
function checkNetworkCount({ networks, pruning }: TrainJobOptions, trains: boolean): void {
  const count = networks.files.length;
  if (!trains && count < 2) {
    throw new InvalidInputError(
      'A network without cuts has no early exit. Choose cuts with --cuts, or give a second network for a chain.',
    );
  }
  if (pruning !== null && count > 1) {
    throw new InvalidInputError(
      `--prune-exits judges the exits of one network; received ${count} networks. Train each network alone, then chain them and name the remaining cuts with --cuts.`,
    );
  }
}

/** An output folder is replaced as a whole, so it must contain nothing else. */
function assertWorkOutside(work: string, folders: readonly string[]): void {
  for (const folder of folders) {
    if (!`${resolve(work)}${sep}`.startsWith(`${resolve(folder)}${sep}`)) continue;
    throw new InvalidInputError(
      `The work folder ${work} is inside the output folder ${folder}. Choose another with --work.`,
      { path: folder },
    );
  }
}

async function planNetworks(
  { networks, heads, calibration }: TrainJobOptions,
  methods: readonly BundleMethod[],
  runtime: LoadedRuntime,
  context: JobContext,
): Promise<readonly NetworkPlan[]> {
  const plans: NetworkPlan[] = [];
  for (const [index, { path, cuts: selection }] of networks.files.entries()) {
    throwIfAborted(context.signal);
    const network = await readNetwork(path, runtime, networks.graph);
    const plan = await planNetwork(network, { selection, head: heads.head, methods, followsNetwork: index > 0 });
    const { batchSize } = calibration.times;
    const rates = await measureRates(network, {
      onnx: backendOf(runtime),
      rates: runtime.rates,
      batchSize,
      ...(context.signal === undefined ? {} : { signal: context.signal }),
    });
    const prediction = predictPlan(plan, { rates, batchSize });
    context.onNote(predictionText(network.name, prediction, runtime.name));
    plans.push(plan);
  }
  return plans;
}

/** The user's class names, else those of the data; null unless there is one per class. */
function classLabels({ training, heldOut }: TrainingImages, chain: NetworkClasses): readonly string[] | null {
  const names = chain.labels ?? training?.classNames ?? heldOut.classNames;
  return names?.length === chain.classes ? names : null;
}

// Checks before the training that each network by itself is accurate on the data. If it is not, the labels, their order
// or the normalisation differ from those of its training, and the bundle would be wrong without any warning.

import type { Preprocessing } from '@ztw/bundle';
import { InvalidDataError, InvalidInputError } from '@ztw/core';
import type { ClassAgreement } from '@ztw/core/evaluation';
import type { OnnxNetwork } from '@ztw/training/onnx';
import { type NetworkClasses, otherPresets } from '../../data/index.ts';
import type { JobContext } from '../../program/job-context.ts';
import type { LoadedRuntime } from '../../runtime/onnx-runtime.ts';
import type { ChosenNormalisation } from './choose-normalisation.ts';
import {
  type BetterPreset,
  type NamedRows,
  type OwnAccuracies,
  type OwnAccuracy,
  ownAccuracies,
} from './own-accuracy.ts';
import type { TrainingImages } from './training-images.ts';

export interface CheckNetworksOptions {
  /** Without duplicates. */
  readonly networks: readonly OnnxNetwork[];
  readonly images: TrainingImages;
  readonly classes: NetworkClasses;
  readonly preprocessing: Preprocessing;
  readonly normalisationBy: ChosenNormalisation['by'];
  /** True: problems are reported but do not stop the job. */
  readonly allowMismatch: boolean;
}

/**
 * Measures and reports each network's own accuracy.
 * @returns what was measured; nothing where there are no labels.
 * @throws InvalidDataError if a network is near chance, or correct for another order of the classes.
 * @throws InvalidInputError if the user gave no normalisation and a preset is clearly better than the one of the file.
 */
export async function checkNetworks(
  options: CheckNetworksOptions,
  runtime: LoadedRuntime,
  context: JobContext,
): Promise<readonly OwnAccuracy[]> {
  const { images, preprocessing, networks, normalisationBy } = options;
  const rows = labelledRows(images);
  if (rows.length === 0) return [];
  // What was measured was compared with the presets already.
  const alternatives = normalisationBy === 'measured' ? new Map() : otherPresets(preprocessing);
  const measured: OwnAccuracy[] = [];
  for (const network of networks) {
    const own = await ownAccuracies({ network, rows, preprocessing, alternatives }, runtime, context);
    for (const accuracy of own.accuracies) context.onNote(accuracyText(accuracy));
    measured.push(...own.accuracies);
    for (const { stops, error } of problemsOf(own, options)) {
      if (stops && !options.allowMismatch) throw error;
      context.onNote(`Caution: ${error.message}`);
    }
  }
  return measured;
}

/** `net by itself: 93.1 % of 2,000 training rows (sampled from 54,000), 95 % interval 91.9 to 94.1 %` */
function accuracyText({ network, kind, rowsInAll, agreement }: OwnAccuracy): string {
  const sampled = rowsInAll > agreement.rows ? ` (sampled from ${count(rowsInAll)})` : '';
  return `${network} by itself: ${share(agreement)} correct on ${count(agreement.rows)} ${kind} rows${sampled}, 95 % interval ${interval(agreement)}`;
}

interface Problem {
  /** False: only reported, because the user chose the normalisation. */
  readonly stops: boolean;
  readonly error: InvalidDataError | InvalidInputError;
}

/** Problems, the most likely cause first. */
function problemsOf(own: OwnAccuracies, options: CheckNetworksOptions): readonly Problem[] {
  const { better } = own;
  const preset = better === null ? null : presetProblem(better, options);
  // A wrong normalisation may look like another class order. The cause that explains more answers is reported.
  const permuted = own.accuracies.find(
    ({ agreement }) =>
      agreement.best.isFarBetter && agreement.best.crossFitted.accuracy > (better?.found.accuracy ?? 0),
  );
  if (permuted !== undefined) return [{ stops: true, error: orderError(permuted, options) }];
  const poor = own.accuracies.find(({ agreement }) => agreement.nearChance);
  return [
    ...(preset === null ? [] : [preset]),
    ...(poor === undefined ? [] : [{ stops: true, error: chanceError(poor, options) }]),
  ];
}

function presetProblem({ preset, found, given }: BetterPreset, { normalisationBy }: CheckNetworksOptions): Problem {
  const isGiven = normalisationBy === 'user';
  const now = isGiven ? 'the normalisation that was given' : 'the normalisation that its file speaks for';
  const order = found.best.isFarBetter ? ' Its classes also seem to be in another order; use --class-names.' : '';
  return {
    stops: !isGiven,
    error: new InvalidInputError(
      `With ${now}, the network by itself answers ${share(given)} of ${count(given.rows)} rows correctly (95 % interval ${interval(given)}); with --preset ${preset}, ${share(found)} (${interval(found)}). Add --preset ${preset}, or the --mean and --std that it was trained with.${order}`,
    ),
  };
}

function orderError(own: OwnAccuracy, { classes, images, allowMismatch }: CheckNetworksOptions): InvalidDataError {
  const { network, kind, data, agreement } = own;
  const { best } = agreement;
  const names = (kind === 'training' ? images.training : images.heldOut)?.classNames ?? null;
  const advice =
    names === null
      ? 'Number the labels in the order of its outputs.'
      : classes.namesFile === undefined
        ? 'Class folders are numbered in the order of their names. Give the names in the order of the outputs with --class-names FILE, one per line.'
        : `Write the names in ${classes.namesFile} in the order of the outputs.`;
  // The order is probably not the only problem.
  const doubt =
    best.crossFitted.accuracy < 0.5
      ? ' Most answers are wrong even then. Check that the network was trained on these classes, and check the normalisation.'
      : '';
  return new InvalidDataError(
    `${network} by itself answers ${share(agreement)} of ${count(agreement.rows)} ${kind} rows of ${data} correctly (95 % interval ${interval(agreement)}), but ${(100 * best.accuracy).toFixed(1)} % if its outputs are the classes in another order (${share(best.crossFitted)} with order and accuracy from different rows): ${orderText(best.labelOfOutput, names)}. ${advice}${doubt}${goOn(allowMismatch)}`,
  );
}

function chanceError(own: OwnAccuracy, { classes, allowMismatch }: CheckNetworksOptions): InvalidDataError {
  const { network, kind, data, agreement } = own;
  return new InvalidDataError(
    `${network} by itself answers ${share(agreement)} of ${count(agreement.rows)} ${kind} rows of ${data} correctly (95 % interval ${interval(agreement)}), hardly more than guessing among ${classes.classes} classes (${(100 * agreement.chance).toFixed(1)} %). Check that it was trained on these classes, their order (--class-names) and the normalisation (--preset, --mean, --std).${goOn(allowMismatch)}`,
  );
}

function goOn(allowMismatch: boolean): string {
  return allowMismatch ? '' : ' If this is expected, continue with --allow-mismatch.';
}

const shownOutputs = 20;

/** `output 0 = 'cat', output 1 = 'dog'`; without names `output 0 = label 1`. */
function orderText(labelOfOutput: readonly number[], names: readonly string[] | null): string {
  const shown = labelOfOutput.slice(0, shownOutputs).map((label, output) => {
    const name = names?.[label];
    return `output ${output} = ${name === undefined ? `label ${label}` : `'${name}'`}`;
  });
  return shown.join(', ') + (labelOfOutput.length > shownOutputs ? ', ...' : '');
}

/** The rows that a network can be measured on, training rows first. */
export function labelledRows({ training, heldOut }: TrainingImages): readonly NamedRows[] {
  return [...namedRows('training', training), ...namedRows('calibration', heldOut)];
}

function namedRows(kind: NamedRows['kind'], data: TrainingImages['training']): readonly NamedRows[] {
  return data === null || data.labels === null ? [] : [{ kind, data: { ...data, labels: data.labels } }];
}

/** A chain may contain one network twice. */
export function distinct(networks: readonly OnnxNetwork[]): readonly OnnxNetwork[] {
  return [...new Map(networks.map((network) => [network.sha256, network])).values()];
}

function share({ accuracy }: Pick<ClassAgreement, 'accuracy'>): string {
  return `${(100 * accuracy).toFixed(1)} %`;
}

function interval({ interval: { low, high } }: Pick<ClassAgreement, 'interval'>): string {
  return `${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)} %`;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

// Measures a network by itself on labelled rows, before any IC is trained, and under the other known normalisations.

import type { Preprocessing } from '@ztw/bundle';
import { type ClassAgreement, classAgreement, clearlyBetter } from '@ztw/core/evaluation';
import {
  type AgreementRows,
  type NetworkAnswers,
  networkAgreementDefaults,
  networkAnswers,
  type OnnxNetwork,
  type OpenNetwork,
  openWholeNetwork,
} from '@ztw/training/onnx';
import { type LabelledData, toInput } from '../../data/index.ts';
import type { JobContext } from '../../program/job-context.ts';
import { backendOf } from '../../runtime/onnx-backend.ts';
import type { LoadedRuntime } from '../../runtime/onnx-runtime.ts';

/** Enough rows to tell a correct normalisation from a wrong one. */
export const normalisationRows = 500;

/** Labelled rows, and their purpose. */
export interface NamedRows {
  readonly kind: 'training' | 'calibration';
  readonly data: LabelledData & { readonly labels: Int32Array };
}

/** A network's own answers on some rows. */
export interface OwnAccuracy {
  readonly network: string;
  readonly kind: NamedRows['kind'];
  /** The data set. */
  readonly data: string;
  /** Rows of the whole data set, of which the measured rows are a sample. */
  readonly rowsInAll: number;
  readonly agreement: ClassAgreement;
}

export interface OwnAccuracyOptions {
  readonly network: OnnxNetwork;
  readonly rows: readonly NamedRows[];
  readonly preprocessing: Preprocessing;
  /** Other normalisations by name, to try on a part of the first rows. */
  readonly alternatives: ReadonlyMap<string, Preprocessing>;
}

/** A preset with which the network is clearly more accurate, on the same part of the first rows. */
export interface BetterPreset {
  readonly preset: string;
  readonly found: ClassAgreement;
  readonly given: ClassAgreement;
}

export interface OwnAccuracies {
  readonly accuracies: readonly OwnAccuracy[];
  /** The best of the other normalisations; null where none is clearly better than the given one. */
  readonly better: BetterPreset | null;
}

export interface MeasureAnswersOptions {
  /** The network's name, for progress. */
  readonly network: string;
  readonly whole: OpenNetwork;
  readonly data: NamedRows['data'];
  readonly preprocessing: Preprocessing;
  /** Most rows to run. */
  readonly sampleRows: number;
}

/**
 * The answers of an open network on images, with a normalisation.
 * @throws AbortedError once the signal has fired; RuntimeFailureError where the network does not run.
 */
export function measureAnswers(
  { network, whole, data, preprocessing, sampleRows }: MeasureAnswersOptions,
  { signal, onProgress }: JobContext,
): Promise<NetworkAnswers> {
  const rows: AgreementRows = {
    rows: data.rows,
    labels: data.labels,
    read: async (wanted) => toInput(await data.pixels(wanted), wanted.length, preprocessing),
  };
  return networkAnswers(whole, rows, {
    sampleRows,
    signal,
    onProgress: (done, total) =>
      onProgress({ phase: `Checking ${network} on ${data.name}`, done, total, remainingSeconds: null, detail: null }),
  });
}

/** @throws AbortedError once the signal has fired; RuntimeFailureError where the network does not run. */
export async function ownAccuracies(
  options: OwnAccuracyOptions,
  runtime: LoadedRuntime,
  context: JobContext,
): Promise<OwnAccuracies> {
  const { network, rows, preprocessing, alternatives } = options;
  await using whole = await openWholeNetwork(network, backendOf(runtime));
  const measure = async (data: NamedRows['data'], how: Preprocessing, sampleRows: number): Promise<ClassAgreement> =>
    classAgreement({
      ...(await measureAnswers({ network: network.name, whole, data, preprocessing: how, sampleRows }, context)),
      classes: whole.classes,
    });
  const accuracies: OwnAccuracy[] = [];
  for (const { kind, data } of rows) {
    const agreement = await measure(data, preprocessing, networkAgreementDefaults.sampleRows);
    accuracies.push({ network: network.name, kind, data: data.name, rowsInAll: data.rows, agreement });
  }
  const [first] = rows;
  if (first === undefined || alternatives.size === 0) return { accuracies, better: null };
  const given = await measure(first.data, preprocessing, normalisationRows);
  const measured = new Map<string, ClassAgreement>();
  for (const [preset, how] of alternatives) measured.set(preset, await measure(first.data, how, normalisationRows));
  const found = clearlyBetter(given, measured);
  return { accuracies, better: found && { preset: found.name, found: found.measured, given } };
}

// What a network answers by itself on rows with labels, before any IC is trained. Many rows are sampled, all classes in their
// proportions.

import type { Preprocessing } from '@ztw/bundle';
import { argMax } from '@ztw/core';
import { type ClassAgreement, classAgreement } from '@ztw/core/evaluation';
import type { WholeModel } from '@ztw/runtime-onnx';
import { splitRows } from '@ztw/training';
import type { OnnxNetwork } from '@ztw/training/onnx';
import { openWholeNetwork } from '@ztw/training/onnx';
import { type LabelledData, selectRows, toInput } from '../../data/index.ts';
import { rowBatches } from '../../images/row-batches.ts';
import { type JobContext, throwIfAborted } from '../../program/job-context.ts';
import { backendOf } from '../../runtime/onnx-backend.ts';
import type { LoadedRuntime } from '../../runtime/onnx-runtime.ts';

/** Rows that are enough for an accuracy to about two points. */
const accuracyRows = 2000;
/** Rows that are enough to tell a right normalisation from a wrong one. */
const normalisationRows = 500;
const batchRows = 64;

/** Labelled rows, and what they are for. */
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
  /** Rows that were sampled from; as many as were measured where all were. */
  readonly rowsInAll: number;
  readonly agreement: ClassAgreement;
}

export interface OwnAccuracyOptions {
  readonly network: OnnxNetwork;
  readonly rows: readonly NamedRows[];
  readonly preprocessing: Preprocessing;
  /** Other normalisations by name, to be tried on a part of the first rows. */
  readonly alternatives: ReadonlyMap<string, Preprocessing>;
}

export interface OwnAccuracies {
  readonly accuracies: readonly OwnAccuracy[];
  /** Of the first rows, each normalisation on the same ones; the given one is called null. */
  readonly normalisations: readonly { readonly preset: string | null; readonly agreement: ClassAgreement }[];
}

/** @throws AbortedError once the signal has fired; RuntimeFailureError where the network does not run. */
export async function ownAccuracies(
  options: OwnAccuracyOptions,
  runtime: LoadedRuntime,
  context: JobContext,
): Promise<OwnAccuracies> {
  const { network, rows, preprocessing, alternatives } = options;
  await using whole = await openWholeNetwork(network, backendOf(runtime));
  const measure = async (data: NamedRows['data'], how: Preprocessing): Promise<ClassAgreement> =>
    classAgreement({
      labels: data.labels,
      answers: await answersOf({ whole, data, preprocessing: how, name: network.name }, context),
      classes: whole.classes,
    });
  const accuracies: OwnAccuracy[] = [];
  for (const { kind, data } of rows) {
    const agreement = await measure(sampleOf(data, accuracyRows), preprocessing);
    accuracies.push({ network: network.name, kind, data: data.name, rowsInAll: data.rows, agreement });
  }
  const [first] = rows;
  if (first === undefined || alternatives.size === 0) return { accuracies, normalisations: [] };
  const part = sampleOf(first.data, normalisationRows);
  const normalisations: { preset: string | null; agreement: ClassAgreement }[] = [];
  for (const [preset, how] of [[null, preprocessing] as const, ...alternatives]) {
    normalisations.push({ preset, agreement: await measure(part, how) });
  }
  return { accuracies, normalisations };
}

function sampleOf(data: NamedRows['data'], most: number): NamedRows['data'] {
  if (data.rows <= most) return data;
  const { validation } = splitRows(data.rows, data.labels, { validation: most / data.rows, seed: 0 });
  const { labels, ...sample } = selectRows(data, validation);
  if (labels === null) throw new Error('internal: the labels of a sample were lost');
  return { ...sample, labels };
}

interface AnswersOptions {
  readonly whole: WholeModel;
  readonly data: LabelledData;
  readonly preprocessing: Preprocessing;
  readonly name: string;
}

/** @returns `[rows]` the most probable class of each row. */
async function answersOf(
  { whole, data, preprocessing, name }: AnswersOptions,
  context: JobContext,
): Promise<Int32Array> {
  const answers = new Int32Array(data.rows);
  let done = 0;
  for (const rows of rowBatches(data.rows, batchRows)) {
    throwIfAborted(context.signal);
    const input = toInput(await data.pixels(rows), rows.length, preprocessing);
    const logits = await whole.runWhole({ data: input, rows: rows.length });
    for (let row = 0; row < rows.length; row++)
      answers[done + row] = argMax(logits, row * whole.classes, whole.classes);
    done += rows.length;
    context.onProgress({
      phase: `Checking ${name} on ${data.name}`,
      done,
      total: data.rows,
      remainingSeconds: null,
      detail: null,
    });
  }
  return answers;
}

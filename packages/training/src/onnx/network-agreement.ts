// How well an uncut network's own answers agree with labels. Measured before any IC is trained, it shows a wrong class order or a wrong
// normalisation while it costs seconds.

import { argMax } from '@ztw/core';
import { type ClassAgreement, classAgreement } from '@ztw/core/evaluation';
import { throwIfAborted } from '@ztw/core/runtime';
import { splitRows } from '../data/split-rows.ts';
import type { OpenNetwork } from './onnx-backend.ts';

/** Input rows with labels. */
export interface AgreementRows {
  readonly rows: number;
  /** `[rows]`, one class index per row. */
  readonly labels: Int32Array;
  /** Input rows `[rows.length, ...inputShape]`, in the given order. */
  read(rows: Int32Array): Promise<Float32Array>;
}

export interface NetworkAgreementOptions {
  /** The most rows to run. A larger data set is sampled, with its classes in proportion. Default: 2,000, an accuracy to about two points. */
  readonly sampleRows?: number;
  /** Rows that run together. Default: 64. */
  readonly batchSize?: number;
  readonly onProgress?: (rowsDone: number, rowsTotal: number) => void;
  readonly signal?: AbortSignal;
}

/** The defaults of `networkAgreement`. */
export const networkAgreementDefaults: { readonly sampleRows: number; readonly batchSize: number } = {
  sampleRows: 2000,
  batchSize: 64,
};

/**
 * Runs a network on labelled rows, or a sample of them, and compares its most probable classes with the labels.
 * @param network Opened by `openWholeNetwork`; it stays open.
 * @returns its accuracy with a 95 % interval, whether it is near chance, and the class order under which most answers would be correct.
 * @throws RuntimeFailureError where the network does not run; AbortedError where `signal` fires.
 *
 * @example
 * await using whole = await openWholeNetwork(network, onnx);
 * const { accuracy, nearChance, best } = await networkAgreement(whole, { rows, labels, read });
 */
export async function networkAgreement(
  network: OpenNetwork,
  data: AgreementRows,
  options: NetworkAgreementOptions = {},
): Promise<ClassAgreement> {
  return classAgreement({ ...(await networkAnswers(network, data, options)), classes: network.classes });
}

/** Labels and answers of the same rows, in the same order. */
export interface NetworkAnswers {
  /** `[rows]` */
  readonly labels: Int32Array;
  /** `[rows]`, the most probable class. */
  readonly answers: Int32Array;
}

/**
 * A network's own answers on labelled rows, or on a sample of them, which is the same for the same labels. Answers under two
 * preprocessings can therefore be compared row by row (`isMoreOftenRight`).
 * @throws RuntimeFailureError where the network does not run; AbortedError where `signal` fires.
 */
export async function networkAnswers(
  network: OpenNetwork,
  data: AgreementRows,
  options: NetworkAgreementOptions = {},
): Promise<NetworkAnswers> {
  const { sampleRows, batchSize, onProgress, signal } = { ...networkAgreementDefaults, ...options };
  const { classes } = network;
  const sample = sampleOf(data, sampleRows);
  const answers = new Int32Array(sample.length);
  for (let start = 0; start < sample.length; start += batchSize) {
    throwIfAborted(signal, 'check of the network');
    const rows = sample.subarray(start, start + batchSize);
    const logits = await network.runWhole({ data: await data.read(rows), rows: rows.length });
    for (let row = 0; row < rows.length; row++) answers[start + row] = argMax(logits, row * classes, classes);
    onProgress?.(start + rows.length, sample.length);
  }
  return { labels: sample.map((row) => data.labels[row] as number), answers };
}

/** The row numbers of a sample: always the same ones for the same labels. */
function sampleOf({ rows, labels }: AgreementRows, most: number): Int32Array {
  if (rows <= most) return Int32Array.from({ length: rows }, (_, row) => row);
  return splitRows(rows, labels, { validation: most / rows, seed: 0 }).validation;
}

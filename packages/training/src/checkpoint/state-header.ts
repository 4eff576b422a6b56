// The JSON parts of a checkpoint and their parsers. A field of a wrong type means that the blob is damaged.

import type { StorageError } from '@ztw/core';
import { damagedCheckpoint } from './damaged-checkpoint.ts';
import type { JobFingerprint } from './job-fingerprint.ts';
import type { EpochTotals, FinishedIc, RecordedFeatures } from './resume-point.ts';

/** The JSON part of `state`. It says which of the other blobs are valid. */
export interface StateHeader {
  readonly fingerprint: JobFingerprint;
  readonly finishedCuts: number;
  readonly hasTeacher: boolean;
  readonly hasFinal: boolean;
  /**
   * Checksum of every other blob that the state refers to, by name. It excludes older blobs and blobs of other jobs.
   */
  readonly blobs: Readonly<Record<string, number>>;
  readonly features: RecordedFeatures | null;
  readonly current: {
    readonly epoch: number;
    readonly step: number;
    readonly learners: readonly StoredLearner[];
  } | null;
}

export interface StoredLearner {
  /** Of Adam. */
  readonly steps: number;
  readonly running: EpochTotals;
  readonly lastEpoch: EpochTotals | null;
}

/** The JSON part of one trained IC. */
export type StoredIc = Pick<FinishedIc, 'trainLoss' | 'trainAccuracy'>;

/**
 * @param variants Expected number of learners.
 * @throws StorageError naming the field that is wrong.
 */
export function parseStateHeader(name: string, json: unknown, variants: number): StateHeader {
  const wrong = (field: string): StorageError => damagedCheckpoint(name, `its field ${field} is not valid`);
  const state = recordOf(json, () => wrong('header'));
  const { hasTeacher, hasFinal } = state;
  if (typeof hasTeacher !== 'boolean') throw wrong('hasTeacher');
  if (typeof hasFinal !== 'boolean') throw wrong('hasFinal');
  return {
    fingerprint: recordOf(state.fingerprint, () => wrong('fingerprint')),
    finishedCuts: countOf(state.finishedCuts, () => wrong('finishedCuts')),
    hasTeacher,
    hasFinal,
    blobs: parseChecksums(state.blobs, () => wrong('blobs')),
    // States of earlier releases have no such field.
    features: state.features == null ? null : parseFeatures(state.features, () => wrong('features')),
    current: state.current === null ? null : parseCurrent(state.current, variants, () => wrong('current')),
  };
}

/** @throws StorageError unless each variant has two numbers. */
export function parseCutHeader(name: string, json: unknown, variants: number): readonly StoredIc[] {
  const fail = (): StorageError => damagedCheckpoint(name, 'its description of the trained ICs is not valid');
  return listOf(recordOf(json, fail).ics, variants, fail).map((entry) => {
    const ic = recordOf(entry, fail);
    return { trainLoss: numberOf(ic.trainLoss, fail), trainAccuracy: numberOf(ic.trainAccuracy, fail) };
  });
}

type Fail = () => StorageError;

function parseChecksums(json: unknown, fail: Fail): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(recordOf(json, fail)).map(([blob, sum]) => [blob, countOf(sum, fail)]));
}

function parseFeatures(json: unknown, fail: Fail): RecordedFeatures {
  const { rows, shardRows, checksums } = recordOf(json, fail);
  if (shardRows === 0) throw fail();
  return {
    rows: countOf(rows, fail),
    shardRows: countOf(shardRows, fail),
    checksums: parseChecksums(checksums, fail),
  };
}

function parseCurrent(json: unknown, variants: number, fail: Fail): StateHeader['current'] {
  const current = recordOf(json, fail);
  const learners = listOf(current.learners, variants, fail).map((entry): StoredLearner => {
    const learner = recordOf(entry, fail);
    return {
      steps: countOf(learner.steps, fail),
      running: parseTotals(learner.running, fail),
      lastEpoch: learner.lastEpoch === null ? null : parseTotals(learner.lastEpoch, fail),
    };
  });
  return { epoch: countOf(current.epoch, fail), step: countOf(current.step, fail), learners };
}

function parseTotals(json: unknown, fail: Fail): EpochTotals {
  const totals = recordOf(json, fail);
  return {
    loss: numberOf(totals.loss, fail),
    correct: countOf(totals.correct, fail),
    rows: countOf(totals.rows, fail),
  };
}

function recordOf(json: unknown, fail: Fail): Readonly<Record<string, unknown>> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw fail();
  return json as Readonly<Record<string, unknown>>;
}

function listOf(json: unknown, length: number, fail: Fail): readonly unknown[] {
  if (!Array.isArray(json) || json.length !== length) throw fail();
  return json;
}

function countOf(json: unknown, fail: Fail): number {
  if (!Number.isSafeInteger(json) || (json as number) < 0) throw fail();
  return json as number;
}

function numberOf(json: unknown, fail: Fail): number {
  if (typeof json !== 'number') throw fail();
  return json;
}

// Checkpoints, from which a training resumes after a kill. Blobs of finished cuts are written first, then `state`,
// which says which of them are valid. Each blob is written atomically, so the last state and all blobs that it refers
// to always exist.

import { type BlobStore, InvalidInputError, StorageError } from '@ztw/core';
import { guardStorage } from '../storage/guard-storage.ts';
import { checksumOf, type DecodedBlob, decodeBlob, encodeBlob, type NamedArrays } from './blob-format.ts';
import { damagedCheckpoint } from './damaged-checkpoint.ts';
import { differences, type JobFingerprint } from './job-fingerprint.ts';
import type { CutState, FinishedCut, RecordedFeatures, ResumePoint, TrainLogits } from './resume-point.ts';
import { parseCutHeader, parseStateHeader, type StateHeader } from './state-header.ts';

export interface TrainingCheckpoint {
  /** Reads the checkpoint of an earlier run of the same job; null where there is none. */
  load(): Promise<ResumePoint | null>;
  saveTeacher(logits: Float32Array): Promise<void>;
  /** Says which rows of the pass over all segments are stored. Later states repeat it. */
  saveFeatures(features: RecordedFeatures): Promise<void>;
  saveState(state: CutState): Promise<void>;
  saveCut(cut: number, finished: FinishedCut, trainLogits: TrainLogits): Promise<void>;
  saveFinal(logits: Float32Array): Promise<void>;
}

const advice =
  'Is the disk of the checkpoints full? Free space there and start again; training resumes from the last checkpoint.';
const stateName = 'training/state';
const teacherName = 'training/teacher';
const finalName = 'training/final';
const cutName = (cut: number): string => `training/cut-${String(cut).padStart(4, '0')}`;
const logitsName = (cut: number): string => `training/logits-${String(cut).padStart(4, '0')}`;

/**
 * A checkpoint of one job in a blob store.
 * Its methods throw StorageError if the store fails or holds damaged blobs.
 * @param variants Number of variants.
 */
export function createTrainingCheckpoint(
  store: BlobStore,
  fingerprint: JobFingerprint,
  variants: number,
): TrainingCheckpoint {
  let finishedCuts = 0;
  let hasTeacher = false;
  let features: RecordedFeatures | null = null;
  /** Of the cut that is in training. */
  let current: CutState | null = null;
  /** Of the blobs that the next state will refer to. */
  const checksums = new Map<string, number>();

  const put = async (name: string, header: unknown, arrays: NamedArrays): Promise<void> => {
    const blob = encodeBlob(header, arrays);
    await guardStorage(`write ${name}`, advice, () => store.put(name, blob));
    if (name !== stateName) checksums.set(name, checksumOf(blob));
  };

  const get = async (name: string): Promise<DecodedBlob> => {
    const blob = await guardStorage(`read ${name}`, advice, () => store.get(name));
    if (blob === null) {
      throw new StorageError(`The checkpoint "${name}" is missing. Delete the checkpoints and train again.`, {
        path: name,
      });
    }
    const decoded = decodeBlob(name, blob);
    if (checksumOf(blob) !== checksums.get(name)) {
      throw damagedCheckpoint(name, 'its checksum differs from the one in the state');
    }
    return decoded;
  };

  const putState = async (hasFinal: boolean): Promise<void> => {
    const header: StateHeader = {
      fingerprint,
      finishedCuts,
      hasTeacher,
      hasFinal,
      blobs: Object.fromEntries(checksums),
      features: hasFinal ? null : features,
      current: current && {
        epoch: current.epoch,
        step: current.step,
        learners: current.learners.map(({ adam, running, lastEpoch }) => ({ steps: adam.steps, running, lastEpoch })),
      },
    };
    const arrays: Record<string, Float32Array> = {};
    current?.learners.forEach(({ values, adam }, index) => {
      arrays[`values-${index}`] = values;
      arrays[`first-${index}`] = adam.firstMoment;
      arrays[`second-${index}`] = adam.secondMoment;
    });
    await put(stateName, header, arrays);
  };

  const loadCut = async (cut: number): Promise<FinishedCut> => {
    const { header, arrays } = await get(cutName(cut));
    return {
      ics: parseCutHeader(cutName(cut), header, variants).map(({ trainLoss, trainAccuracy }, index) => ({
        trainLoss,
        trainAccuracy,
        values: arrayOf(arrays, `values-${index}`),
        heldOutLogits: arrayOf(arrays, `logits-${index}`),
      })),
    };
  };

  const loadTrainLogits = async (cut: number): Promise<TrainLogits> => {
    const { arrays } = await get(logitsName(cut));
    return Array.from({ length: variants }, (_, index) => arrays[`logits-${index}`] ?? null);
  };

  return {
    async load() {
      const blob = await guardStorage(`read ${stateName}`, advice, () => store.get(stateName));
      if (blob === null) {
        return null;
      }
      const { header, arrays } = decodeBlob(stateName, blob);
      const stored = parseStateHeader(stateName, header, variants);
      const found = differences(stored.fingerprint, JSON.parse(JSON.stringify(fingerprint)));
      if (found.length > 0) {
        throw new InvalidInputError(
          `The checkpoints belong to another training. What differs: ${found.slice(0, 5).join('; ')}. ` +
            'Train with the same options, or delete the checkpoints.',
        );
      }
      checksums.clear();
      for (const [name, checksum] of Object.entries(stored.blobs)) checksums.set(name, checksum);
      finishedCuts = stored.finishedCuts;
      hasTeacher = stored.hasTeacher;
      ({ features } = stored);
      const finished: FinishedCut[] = [];
      for (let cut = 0; cut < finishedCuts; cut++) {
        finished.push(await loadCut(cut));
      }
      current = stored.current && {
        cut: finishedCuts,
        epoch: stored.current.epoch,
        step: stored.current.step,
        learners: stored.current.learners.map(({ steps, running, lastEpoch }, index) => ({
          values: arrayOf(arrays, `values-${index}`),
          adam: {
            firstMoment: arrayOf(arrays, `first-${index}`),
            secondMoment: arrayOf(arrays, `second-${index}`),
            steps,
          },
          running,
          lastEpoch,
        })),
      };
      return {
        finished,
        trainLogits: finishedCuts > 0 && !stored.hasFinal ? await loadTrainLogits(finishedCuts - 1) : null,
        state: current,
        features,
        teacherLogits: hasTeacher ? arrayOf((await get(teacherName)).arrays, 'logits') : null,
        finalLogits: stored.hasFinal ? arrayOf((await get(finalName)).arrays, 'logits') : null,
      };
    },

    async saveTeacher(logits) {
      await put(teacherName, {}, { logits });
      hasTeacher = true;
      await putState(false);
    },

    async saveFeatures(recorded) {
      features = recorded;
      await putState(false);
    },

    async saveState(state) {
      current = state;
      await putState(false);
    },

    async saveCut(cut, { ics }, trainLogits) {
      const arrays: Record<string, Float32Array> = {};
      ics.forEach(({ values, heldOutLogits }, index) => {
        arrays[`values-${index}`] = values;
        arrays[`logits-${index}`] = heldOutLogits;
      });
      const header = { ics: ics.map(({ trainLoss, trainAccuracy }) => ({ trainLoss, trainAccuracy })) };
      await put(cutName(cut), header, arrays);
      await put(
        logitsName(cut),
        {},
        Object.fromEntries(
          trainLogits.flatMap((logits, index) => (logits === null ? [] : [[`logits-${index}`, logits]])),
        ),
      );
      finishedCuts = cut + 1;
      current = null;
      if (cut > 0) checksums.delete(logitsName(cut - 1));
      await putState(false);
      if (cut > 0) {
        await guardStorage(`delete ${logitsName(cut - 1)}`, advice, () => store.delete(logitsName(cut - 1)));
      }
    },

    async saveFinal(logits) {
      await put(finalName, {}, { logits });
      current = null;
      await putState(true);
    },
  };
}

function arrayOf(arrays: NamedArrays, name: string): Float32Array {
  const array = arrays[name];
  if (array === undefined) {
    throw new StorageError(`A checkpoint lacks the array "${name}". Delete the checkpoints and train again.`, {
      expected: name,
    });
  }
  return array;
}

// What a training needs to go on after a kill. Blobs of finished cuts are written first, and then `state`, which says up to where the others
// count. Each blob is written as a whole, so at every moment the last state and all that it refers to are there.

import { type BlobStore, InvalidInputError, StorageError } from '@ztw/core';
import { guardStorage } from '../storage/guard-storage.ts';
import { decodeBlob, encodeBlob, type NamedArrays } from './blob-format.ts';
import { differences, type JobFingerprint } from './job-fingerprint.ts';
import type { CutState, EpochTotals, FinishedCut, FinishedIc, ResumePoint, TrainLogits } from './resume-point.ts';

export interface TrainingCheckpoint {
  /** Reads what an earlier run of the same job left; null where there is nothing. */
  load(): Promise<ResumePoint | null>;
  saveTeacher(logits: Float32Array): Promise<void>;
  saveState(state: CutState): Promise<void>;
  saveCut(cut: number, finished: FinishedCut, trainLogits: TrainLogits): Promise<void>;
  saveFinal(logits: Float32Array): Promise<void>;
}

const advice =
  'Is the disk of the checkpoints full? Free space there and start again; training goes on from the last checkpoint.';
const stateName = 'training/state';
const teacherName = 'training/teacher';
const finalName = 'training/final';
const cutName = (cut: number): string => `training/cut-${String(cut).padStart(4, '0')}`;
const logitsName = (cut: number): string => `training/logits-${String(cut).padStart(4, '0')}`;

/** The JSON part of `state`. */
interface StateHeader {
  readonly fingerprint: JobFingerprint;
  readonly finishedCuts: number;
  readonly hasTeacher: boolean;
  readonly hasFinal: boolean;
  readonly current: {
    readonly epoch: number;
    readonly step: number;
    readonly learners: readonly {
      readonly steps: number;
      readonly running: EpochTotals;
      readonly lastEpoch: EpochTotals | null;
    }[];
  } | null;
}

/**
 * A checkpoint of one job in a blob store.
 * Its methods throw StorageError where the store fails or holds damaged blobs.
 * @param variants Number of variants.
 */
export function createTrainingCheckpoint(
  store: BlobStore,
  fingerprint: JobFingerprint,
  variants: number,
): TrainingCheckpoint {
  let finishedCuts = 0;
  let hasTeacher = false;

  const putState = async (current: CutState | null, hasFinal: boolean): Promise<void> => {
    const header: StateHeader = {
      fingerprint,
      finishedCuts,
      hasTeacher,
      hasFinal,
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
    await put(store, stateName, header, arrays);
  };

  const loadCut = async (cut: number): Promise<FinishedCut> => {
    const { header, arrays } = await get(store, cutName(cut));
    const stored = header as { readonly ics: readonly Pick<FinishedIc, 'trainLoss' | 'trainAccuracy'>[] };
    return {
      ics: stored.ics.map(({ trainLoss, trainAccuracy }, index) => ({
        trainLoss,
        trainAccuracy,
        values: arrayOf(arrays, `values-${index}`),
        heldOutLogits: arrayOf(arrays, `logits-${index}`),
      })),
    };
  };

  const loadTrainLogits = async (cut: number): Promise<TrainLogits> => {
    const { arrays } = await get(store, logitsName(cut));
    return Array.from({ length: variants }, (_, index) => arrays[`logits-${index}`] ?? null);
  };

  return {
    async load() {
      const blob = await guardStorage(`read ${stateName}`, advice, () => store.get(stateName));
      if (blob === null) {
        return null;
      }
      const { header, arrays } = decodeBlob(stateName, blob);
      const stored = header as StateHeader;
      const found = differences(stored.fingerprint, JSON.parse(JSON.stringify(fingerprint)));
      if (found.length > 0) {
        throw new InvalidInputError(
          `The checkpoints belong to another training. What differs: ${found.slice(0, 5).join('; ')}. ` +
            'Train with the same options, or delete the checkpoints.',
        );
      }
      finishedCuts = stored.finishedCuts;
      hasTeacher = stored.hasTeacher;
      const finished: FinishedCut[] = [];
      for (let cut = 0; cut < finishedCuts; cut++) {
        finished.push(await loadCut(cut));
      }
      return {
        finished,
        trainLogits: finishedCuts > 0 && !stored.hasFinal ? await loadTrainLogits(finishedCuts - 1) : null,
        state: stored.current && {
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
        },
        teacherLogits: hasTeacher ? arrayOf((await get(store, teacherName)).arrays, 'logits') : null,
        finalLogits: stored.hasFinal ? arrayOf((await get(store, finalName)).arrays, 'logits') : null,
      };
    },

    async saveTeacher(logits) {
      await put(store, teacherName, {}, { logits });
      hasTeacher = true;
      await putState(null, false);
    },

    saveState: (state) => putState(state, false),

    async saveCut(cut, { ics }, trainLogits) {
      const arrays: Record<string, Float32Array> = {};
      ics.forEach(({ values, heldOutLogits }, index) => {
        arrays[`values-${index}`] = values;
        arrays[`logits-${index}`] = heldOutLogits;
      });
      const header = { ics: ics.map(({ trainLoss, trainAccuracy }) => ({ trainLoss, trainAccuracy })) };
      await put(store, cutName(cut), header, arrays);
      await put(
        store,
        logitsName(cut),
        {},
        Object.fromEntries(
          trainLogits.flatMap((logits, index) => (logits === null ? [] : [[`logits-${index}`, logits]])),
        ),
      );
      finishedCuts = cut + 1;
      await putState(null, false);
      if (cut > 0) {
        await guardStorage(`delete ${logitsName(cut - 1)}`, advice, () => store.delete(logitsName(cut - 1)));
      }
    },

    async saveFinal(logits) {
      await put(store, finalName, {}, { logits });
      await putState(null, true);
    },
  };
}

async function put(store: BlobStore, name: string, header: unknown, arrays: NamedArrays): Promise<void> {
  await guardStorage(`write ${name}`, advice, () => store.put(name, encodeBlob(header, arrays)));
}

async function get(store: BlobStore, name: string): Promise<ReturnType<typeof decodeBlob>> {
  const blob = await guardStorage(`read ${name}`, advice, () => store.get(name));
  if (blob === null) {
    throw new StorageError(`The checkpoint "${name}" is missing. Delete the checkpoints and train again.`);
  }
  return decodeBlob(name, blob);
}

function arrayOf(arrays: NamedArrays, name: string): Float32Array {
  const array = arrays[name];
  if (array === undefined) {
    throw new StorageError(`A checkpoint lacks the array "${name}". Delete the checkpoints and train again.`);
  }
  return array;
}

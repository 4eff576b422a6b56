import { type BlobStore, memoryBlobStore } from '@ztw/core';
import { mutateJson } from '../../../../packages/runtime-tfjs/test/support/mutate-json.ts';
import { decodeBlob, encodeBlob } from '../../../../packages/training/src/checkpoint/blob-format.ts';
import type { CutState, FinishedCut } from '../../../../packages/training/src/checkpoint/resume-point.ts';
import { createTrainingCheckpoint } from '../../../../packages/training/src/checkpoint/training-checkpoint.ts';
import { mutateBytes } from '../make/mutate-bytes.ts';
import type { Random } from '../random.ts';
import { type FuzzTarget, mustHold } from '../target.ts';

const variants = 2;
const fingerprint = { recipe: { epochs: 3 }, names: ['a', 'b'] };

/**
 * Checkpoints of a training. Changed bytes are always refused. A header that was changed together with its checksum may
 * be accepted; then everything in it has its type.
 */
export const checkpoints: FuzzTarget = {
  name: 'checkpoints',
  share: 115,
  async open() {
    const blobs = await writtenBlobs();
    return async (random) => {
      const changed = new Map(blobs);
      const name = random.pick([...blobs.keys()]);
      const good = blobs.get(name) as Uint8Array;
      const forged = random.chance(0.4);
      const bytes = forged ? forgedBlob(name, good, random) : mutateBytes(good, random, random.below(4));
      changed.set(name, bytes);
      const resumed = await createTrainingCheckpoint(storeOf(changed), fingerprint, variants).load();
      if (resumed === null) return 'typed';
      const same = Buffer.from(bytes).equals(good);
      mustHold(same || forged, () => `the changed blob ${name} was resumed from`);
      mustHold(
        resumed.finished.every(({ ics }) => ics.length === variants),
        () => 'an IC is missing',
      );
      return 'accepted';
    };
  },
};

/** A blob whose checksum fits another header. */
function forgedBlob(name: string, good: Uint8Array, random: Random): Uint8Array {
  const { header, arrays } = decodeBlob(name, good);
  return encodeBlob(mutateJson({ header }, random.next, 1 + random.below(2)), arrays);
}

async function writtenBlobs(): Promise<ReadonlyMap<string, Uint8Array>> {
  const store = memoryBlobStore();
  const checkpoint = createTrainingCheckpoint(store, fingerprint, variants);
  await checkpoint.saveTeacher(floats(20, 5));
  await checkpoint.saveCut(0, finished(1), [floats(8, 1), null]);
  await checkpoint.saveCut(1, finished(2), [floats(8, 2), null]);
  await checkpoint.saveState(state(2));
  const blobs = new Map<string, Uint8Array>();
  for (const name of await store.list('')) blobs.set(name, (await store.get(name)) as Uint8Array);
  return blobs;
}

function storeOf(blobs: ReadonlyMap<string, Uint8Array>): BlobStore {
  return { ...memoryBlobStore(), get: async (name) => blobs.get(name) ?? null, list: async () => [...blobs.keys()] };
}

function floats(length: number, first: number): Float32Array {
  return Float32Array.from({ length }, (_, index) => first + index / 8);
}

function finished(first: number): FinishedCut {
  return {
    ics: [0, 1].map((variant) => ({
      values: floats(9, first + variant),
      heldOutLogits: floats(12, first - variant),
      trainLoss: 0.25,
      trainAccuracy: 0.5,
    })),
  };
}

function state(cut: number): CutState {
  return {
    cut,
    epoch: 1,
    step: 2,
    learners: [0, 1].map((variant) => ({
      values: floats(9, variant),
      adam: { firstMoment: floats(9, 3), secondMoment: floats(9, 4), steps: 7 },
      running: { loss: 1.5, correct: 3, rows: 8 },
      lastEpoch: variant === 0 ? null : { loss: 2.5, correct: 3, rows: 8 },
    })),
  };
}

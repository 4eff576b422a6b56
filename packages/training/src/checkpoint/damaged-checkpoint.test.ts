// Every altered checkpoint must be refused with our own error: a training that goes on from one would give other bytes
// without a word. Seeded flips of bytes, cuts, growths and swaps over all blobs of a checkpoint.

import { type BlobStore, memoryBlobStore, StorageError } from '@ztw/core';
import { seededRandom } from '@ztw/heads';
import { describe, expect, test } from 'vitest';
import { encodeBlob } from './blob-format.ts';
import { crc32 } from './crc32.ts';
import type { CutState, FinishedCut } from './resume-point.ts';
import { createTrainingCheckpoint } from './training-checkpoint.ts';

const variants = 2;
const fingerprint = { recipe: { epochs: 3 }, names: ['a', 'b'] };
const floats = (length: number, first: number) => Float32Array.from({ length }, (_, index) => first + index / 8);
const totals = (loss: number) => ({ loss, correct: 3, rows: 8 });

const finished = (first: number): FinishedCut => ({
  ics: [0, 1].map((variant) => ({
    values: floats(9, first + variant),
    heldOutLogits: floats(12, first - variant),
    trainLoss: 0.25,
    trainAccuracy: 0.5,
  })),
});

const state = (cut: number): CutState => ({
  cut,
  epoch: 1,
  step: 2,
  learners: [0, 1].map((variant) => ({
    values: floats(9, variant),
    adam: { firstMoment: floats(9, 3), secondMoment: floats(9, 4), steps: 7 },
    running: totals(1.5),
    lastEpoch: variant === 0 ? null : totals(2.5),
  })),
});

const recorded = { rows: 20, shardRows: 10, checksums: { 'features/sweep/logits/000000': 7 } };

/** What lies in the store in the middle of the third cut. */
async function written(): Promise<Map<string, Uint8Array>> {
  const store = memoryBlobStore();
  const checkpoint = createTrainingCheckpoint(store, fingerprint, variants);
  await checkpoint.saveTeacher(floats(20, 5));
  await checkpoint.saveFeatures(recorded);
  await checkpoint.saveCut(0, finished(1), [floats(8, 1), null]);
  await checkpoint.saveCut(1, finished(2), [floats(8, 2), null]);
  await checkpoint.saveState(state(2));
  const blobs = new Map<string, Uint8Array>();
  for (const name of await store.list('')) blobs.set(name, (await store.get(name)) as Uint8Array);
  return blobs;
}

async function storeOf(blobs: ReadonlyMap<string, Uint8Array>): Promise<BlobStore> {
  const store = memoryBlobStore();
  for (const [name, bytes] of blobs) await store.put(name, bytes);
  return store;
}

async function load(blobs: ReadonlyMap<string, Uint8Array>): Promise<unknown> {
  return createTrainingCheckpoint(await storeOf(blobs), fingerprint, variants).load();
}

async function refused(blobs: ReadonlyMap<string, Uint8Array>, what: string): Promise<void> {
  const error = await load(blobs).then(
    () => 'accepted',
    (reason: unknown) => reason,
  );
  expect(StorageError.isInstance(error), `${what}: ${error}`).toBe(true);
}

describe('a checkpoint', () => {
  test('is read back whole', async () => {
    const resume = await load(await written());
    expect(resume).toEqual({
      finished: [finished(1), finished(2)],
      trainLogits: [floats(8, 2), null],
      state: state(2),
      features: recorded,
      teacherLogits: floats(20, 5),
      finalLogits: null,
    });
  });

  test('is refused after any change of any of its blobs', async () => {
    const blobs = await written();
    expect([...blobs.keys()]).toEqual([
      'training/cut-0000',
      'training/cut-0001',
      'training/logits-0001',
      'training/state',
      'training/teacher',
    ]);
    const random = seededRandom(11);
    const below = (limit: number) => Math.floor(random() * limit);
    for (const [name, bytes] of blobs) {
      for (let round = 0; round < 200; round++) {
        const altered = Uint8Array.from(bytes);
        for (let change = 0; change <= below(3); change++) altered[below(bytes.length)]! ^= 1 + below(255);
        if (Buffer.from(altered).equals(bytes)) continue;
        await refused(new Map(blobs).set(name, altered), `${name}, flips, round ${round}`);
      }
      for (let round = 0; round < 50; round++) {
        const length = below(bytes.length);
        await refused(new Map(blobs).set(name, bytes.slice(0, length)), `${name} cut to ${length}`);
        const longer = new Uint8Array(bytes.length + 1 + below(9));
        longer.set(bytes);
        await refused(new Map(blobs).set(name, longer), `${name} of ${longer.length} bytes`);
      }
    }
  });

  test('is refused where blobs are missing, swapped, or of an earlier moment', async () => {
    const blobs = await written();
    for (const name of blobs.keys()) {
      if (name === 'training/state') continue;
      const missing = new Map(blobs);
      missing.delete(name);
      await refused(missing, `${name} missing`);
      for (const [other, bytes] of blobs) {
        if (other !== name) await refused(new Map(blobs).set(name, bytes), `${other} as ${name}`);
      }
    }
    await refused(new Map(blobs).set('training/state', blobs.get('training/teacher')!), 'teacher as state');
    const earlier = encodeBlob({ ics: [0, 1].map(() => ({ trainLoss: 1, trainAccuracy: 1 })) }, {});
    await refused(new Map(blobs).set('training/cut-0000', earlier), 'an earlier cut');
  });

  test('of the first format is refused by its version', async () => {
    const blobs = await written();
    const old = Uint8Array.from(blobs.get('training/state')!);
    old[7] = '1'.charCodeAt(0);
    await expect(load(new Map(blobs).set('training/state', old))).rejects.toThrow(
      /written by another release \(format ZTWCKPT1, expected ZTWCKPT2\).*train again/,
    );
  });

  test.each([
    ['no header', null],
    ['a list', []],
    ['nothing', {}],
    ['an infinite number of cuts', { finishedCuts: 1e300 }],
    ['a number for a truth', { hasTeacher: 1 }],
    ['no checksums', { blobs: null }],
    ['a current cut that is a text', { current: 'x' }],
    ['too few learners', { current: { epoch: 0, step: 0, learners: [] } }],
    ['a learner that is none', { current: { epoch: 0, step: 0, learners: [null, null] } }],
    ['a negative epoch', { current: { epoch: -1, step: 0, learners: [] } }],
  ])('whose state is %s under a checksum that fits is refused', async (_, change) => {
    const whole = { fingerprint, finishedCuts: 0, hasTeacher: false, hasFinal: false, blobs: {}, current: null };
    const header =
      change !== null && !Array.isArray(change) && Object.keys(change).length > 0 ? { ...whole, ...change } : change;
    await refused(new Map([['training/state', encodeBlob(header, {})]]), 'state');
  });
});

test('the checksum is CRC-32', () => {
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
  expect(crc32(new Uint8Array())).toBe(0);
});

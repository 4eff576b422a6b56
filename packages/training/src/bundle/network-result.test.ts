import { memoryBlobStore, StorageError } from '@ztw/core';
import { initialiseHead, pooledHead, seededRandom } from '@ztw/heads';
import { expect, test } from 'vitest';
import { loadResult, type NetworkResult, networkLogits, storeResult } from './network-result.ts';

const first = pooledHead({ inputShape: [4, 8, 8], classes: 3, cascade: false });
const second = pooledHead({ inputShape: [4, 8, 8], classes: 3, cascade: true });
const logits = [1, 2, 3].map((value) => new Float32Array(6).fill(value));
const result: NetworkResult = {
  variants: [
    { method: 'ztw', heads: [initialiseHead(first, 1), initialiseHead(second, 2)], heldOutLogits: logits },
    { method: 'sdn', heads: [initialiseHead(first, 3), initialiseHead(first, 4)], heldOutLogits: logits },
  ],
  trainingLogits: null,
};
const planned = [
  { method: 'ztw', heads: [first, second] },
  { method: 'sdn', heads: [first, first] },
] as const;

test('what was stored comes back', async () => {
  const store = memoryBlobStore();
  await storeResult(store, 'result', result);
  expect(await loadResult(store, 'result', planned)).toEqual(result);
});

test('the logits that the next network recycles come back too', async () => {
  const store = memoryBlobStore();
  const trainingLogits = Float32Array.of(1, 2, 3);
  await storeResult(store, 'result', { ...result, trainingLogits });
  const loaded = await loadResult(store, 'result', planned);
  expect(loaded && networkLogits(loaded)).toEqual({ training: trainingLogits, heldOut: logits[2] });
});

test('nothing was stored', async () => {
  expect(await loadResult(memoryBlobStore(), 'result', planned)).toBeNull();
});

test('a result of another plan is refused', async () => {
  const store = memoryBlobStore();
  await storeResult(store, 'result', { ...result, variants: result.variants.slice(0, 1) });
  await expect(loadResult(store, 'result', planned)).rejects.toThrow('lacks sdn.logits.0');
});

test('a result that was changed or cut short is refused', async () => {
  const store = memoryBlobStore();
  await storeResult(store, 'result', result);
  const bytes = (await store.get('result')) as Uint8Array;
  const random = seededRandom(3);
  for (let round = 0; round < 300; round++) {
    const altered = Uint8Array.from(bytes);
    altered[Math.floor(random() * bytes.length)]! ^= 1 + Math.floor(random() * 255);
    await store.put('result', round % 3 === 0 ? bytes.slice(0, Math.floor(random() * bytes.length)) : altered);
    // A space of the header may become another one, which changes nothing.
    const loaded = await loadResult(store, 'result', planned).catch((error: unknown) => {
      if (!StorageError.isInstance(error)) throw error;
      return 'refused';
    });
    if (loaded !== 'refused') expect(loaded).toEqual(result);
  }
});

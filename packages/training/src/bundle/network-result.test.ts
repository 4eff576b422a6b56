import { memoryBlobStore } from '@ztw/core';
import { initialiseHead, pooledHead } from '@ztw/heads';
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

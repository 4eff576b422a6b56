import { AbortedError } from '@ztw/core';
import { expect, test } from 'vitest';
import { networkAgreement } from './network-agreement.ts';
import type { OpenNetwork } from './onnx-backend.ts';

/** Answers the class that a row holds, in another order of the classes. */
function networkOf(order: readonly number[]): OpenNetwork & { readonly rowsRun: number[] } {
  const rowsRun: number[] = [];
  return {
    classes: order.length,
    inputShape: [1],
    rowsRun,
    runWhole: async (input) => {
      const { data } = input as { readonly data: Float32Array };
      rowsRun.push(data.length);
      return Float32Array.from({ length: data.length * order.length }, (_, index) =>
        index % order.length === order[data[Math.floor(index / order.length)]!] ? 1 : 0,
      );
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

const rows = 300;
const labels = Int32Array.from({ length: rows }, (_, row) => row % 3);
const data = { rows, labels, read: async (wanted: Int32Array) => Float32Array.from(wanted, (row) => labels[row]!) };

test('all rows of a small data set, in batches', async () => {
  const network = networkOf([0, 1, 2]);
  const done: number[] = [];
  const agreement = await networkAgreement(network, data, { batchSize: 128, onProgress: (count) => done.push(count) });
  expect(agreement).toMatchObject({ rows: 300, right: 300, nearChance: false });
  expect(network.rowsRun).toEqual([128, 128, 44]);
  expect(done).toEqual([128, 256, 300]);
});

test('a sample of a larger one, with its classes in proportion, and another order of the classes', async () => {
  const agreement = await networkAgreement(networkOf([1, 2, 0]), data, { sampleRows: 90 });
  expect(agreement).toMatchObject({ rows: 90, right: 0, nearChance: true });
  expect(agreement.best).toMatchObject({ labelOfOutput: [2, 0, 1], accuracy: 1, isFarBetter: true });
});

test('stops where the signal fires', async () => {
  const signal = AbortSignal.abort('no time');
  await expect(networkAgreement(networkOf([0, 1, 2]), data, { signal })).rejects.toThrow(AbortedError);
});

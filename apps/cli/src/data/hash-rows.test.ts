import { expect, it } from 'vitest';
import { openArray } from './array-data.ts';
import { hashRows } from './hash-rows.ts';
import type { LabelledData } from './labelled-data.ts';

const signal = new AbortController().signal;

function dataOf(values: readonly number[]): LabelledData {
  const target = { height: 1, width: 2, channels: 1, resize: 'none' } as const;
  return openArray(
    {
      ...target,
      name: 'made up',
      count: values.length,
      layout: 'channels-last',
      labels: null,
      classNames: null,
      row: (index) => Uint8Array.of(values[index] as number, 7),
    },
    target,
  );
}

it('tells equal rows from others, over batches', async () => {
  const values = Array.from({ length: 600 }, (_, row) => row % 200);
  const { rows, hashes } = await hashRows(dataOf(values), { signal });
  expect([rows, hashes.length, new Set(hashes).size]).toEqual([600, 600, 200]);
  expect(hashes[0]).toBe(hashes[200]);
  expect((await hashRows(dataOf([5]), { signal })).hashes[0]).toBe(hashes[5]);
});

it('takes a sample at equal distances', async () => {
  const values = Array.from({ length: 100 }, (_, row) => row);
  const all = await hashRows(dataOf(values), { signal });
  const some = await hashRows(dataOf(values), { signal, most: 4 });
  expect(some.rows).toBe(100);
  expect([...some.hashes]).toEqual([0, 25, 50, 75].map((row) => all.hashes[row]));
});

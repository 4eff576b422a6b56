import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidDataError, InvalidInputError } from '@ztw/core';
import { describe, expect, it } from 'vitest';
import { firstRows, temporaryFolders } from './__fixtures__/make-data.ts';
import { openArray } from './array-data.ts';
import { writeNpy } from './npy.ts';
import { limitRows, parseRowSelection, selectRows } from './select.ts';

const temporaryFolder = temporaryFolders();

describe('parseRowSelection', () => {
  it.each([
    ['2:5', [2, 3, 4]],
    [':2', [0, 1]],
    ['8:', [8, 9]],
    [':', [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
  ])('reads the range %s', async (selection, rows) => {
    expect([...(await parseRowSelection(selection, 10))]).toEqual(rows);
  });

  it('reads indices from a .npy file, in their order', async () => {
    const path = join(await temporaryFolder(), 'rows.npy');
    await writeFile(path, writeNpy(BigInt64Array.of(7n, 0n, 3n), [3]));
    expect(await parseRowSelection(path, 8)).toEqual(Int32Array.of(7, 0, 3));
    await expect(parseRowSelection(path, 7)).rejects.toThrow(/names row 7; the data has 7 rows/);
  });

  it('refuses repeated rows, and tables', async () => {
    const path = join(await temporaryFolder(), 'rows.npy');
    await writeFile(path, writeNpy(Int32Array.of(1, 2, 1), [3]));
    await expect(parseRowSelection(path, 10)).rejects.toThrow(/row 1 twice/);
    await writeFile(path, writeNpy(Int32Array.of(1, 2, 3, 4), [2, 2]));
    await expect(parseRowSelection(path, 10)).rejects.toThrow(/shape 2 x 2/);
  });

  it('refuses ranges outside the data, empty ones, and other words', async () => {
    await expect(parseRowSelection('5:11', 10)).rejects.toThrow(InvalidDataError);
    await expect(parseRowSelection('7:3', 10)).rejects.toThrow(InvalidDataError);
    await expect(parseRowSelection('3:3', 10)).rejects.toThrow(/names no row/);
    await expect(parseRowSelection('first ten', 10)).rejects.toThrow(InvalidInputError);
    await expect(parseRowSelection('absent.npy', 10)).rejects.toThrow(/no file or folder absent.npy/);
  });
});

describe('limitRows', () => {
  it('takes the first rows of each class in turn', () => {
    const labels = Int32Array.of(0, 0, 0, 0, 1, 1, 1, 2);
    expect([...limitRows(8, labels, 3)]).toEqual([0, 4, 7]);
    expect([...limitRows(8, labels, 5)]).toEqual([0, 1, 4, 5, 7]);
    expect([...limitRows(8, labels, 7)]).toEqual([0, 1, 2, 4, 5, 6, 7]);
  });

  it('takes the first rows without labels, and all rows without a limit or below it', () => {
    expect([...limitRows(8, null, 2)]).toEqual([0, 1]);
    expect(limitRows(8, null, undefined)).toEqual(firstRows(8));
    expect(limitRows(3, Int32Array.of(2, 1, 0), 100)).toEqual(firstRows(3));
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses a limit of %s', (limit) => {
    expect(() => limitRows(8, null, limit)).toThrow(InvalidInputError);
  });
});

describe('selectRows', () => {
  const data = openArray(
    {
      name: 'made',
      count: 4,
      height: 1,
      width: 1,
      channels: 1,
      layout: 'channels-last',
      labels: Int32Array.of(0, 1, 2, 3),
      classNames: null,
      row: (index) => Uint8Array.of(index * 10),
    },
    { height: 1, width: 1, channels: 1, resize: 'none' },
  );

  it('renumbers rows, labels and names', async () => {
    const part = selectRows(data, Int32Array.of(3, 1));
    expect(part).toMatchObject({ rows: 2, labels: Int32Array.of(3, 1) });
    expect(part.rowName(0)).toBe('made#3');
    expect(await part.pixels(Int32Array.of(1, 0, 1))).toEqual(Uint8Array.of(10, 30, 10));
  });

  it('refuses rows outside the data and outside the selection', async () => {
    expect(() => selectRows(data, Int32Array.of(4))).toThrow(/Row 4 of made does not exist/);
    await expect(selectRows(data, Int32Array.of(3)).pixels(Int32Array.of(1))).rejects.toThrow(InvalidInputError);
  });
});

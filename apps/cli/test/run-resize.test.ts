// `ztw run` on photos of any size, with a bundle whose images were not resized.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fitPixels } from 'ztw/pixels';
import type { ClassifiedImages } from '../src/commands/run/job.ts';
import { runInProcess } from './support/run-command.ts';

const bundle = fileURLToPath(new URL('./__fixtures__/bundle-0.1', import.meta.url));
let root: string;
let photo: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'ztw-resize-'));
  photo = join(root, 'photo.jpg');
  const pixels = Uint8Array.from({ length: 120 * 80 * 3 }, (_, index) => (index * 7) % 251);
  await sharp(pixels, { raw: { width: 120, height: 80, channels: 3 } })
    .jpeg()
    .toFile(photo);
});
afterAll(() => rm(root, { recursive: true, force: true }));

const run = (image: string, ...more: readonly string[]): ReturnType<typeof runInProcess> =>
  runInProcess(['run', bundle, image, '--runtime', 'web', '--json', ...more]);

test('without --resize, a photo of another size is refused with the option to pass', async () => {
  const { code, stderr } = await run(photo);
  expect(code).toBe(2);
  expect(stderr).toMatch(/120 x 80 pixels, expected 28 x 28\. Choose how to resize with --resize/);
});

test.each(['stretch', 'cover', 'contain'] as const)('--resize %s answers as for the fitted image', async (resize) => {
  const fitted = join(root, `${resize}.png`);
  const { data, info } = await sharp(photo).raw().toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const pixels = fitPixels({ data, width, height, channels: 3 }, { width: 28, height: 28, channels: 3, resize });
  await sharp(pixels, { raw: { width: 28, height: 28, channels: 3 } })
    .png()
    .toFile(fitted);
  const [expected, actual] = await Promise.all(
    [await run(fitted), await run(photo, '--resize', resize)].map(({ code, stdout, stderr }) => {
      expect(code, stderr).toBe(0);
      return (JSON.parse(stdout) as ClassifiedImages).answers[0];
    }),
  );
  expect(actual).toMatchObject({ labelIndex: expected?.labelIndex, exit: expected?.exit });
  expect(actual?.probability).toBeCloseTo(expected?.probability ?? Number.NaN, 5);
});

test('an unknown way to resize is refused', async () => {
  const { code, stderr } = await run(photo, '--resize', 'squeeze');
  expect(code).toBe(2);
  expect(stderr).toContain('stretch, cover, contain');
});

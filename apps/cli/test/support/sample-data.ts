// A small data set that the network of the repository can tell apart a little: ten patterns with noise, 28 x 28, gray.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { seededRandom } from '@ztw/heads';
import sharp from 'sharp';
import { writeNpy } from '../../src/data/index.ts';

export const network: string = fileURLToPath(new URL('../../../../models/fashion-resnet20.onnx', import.meta.url));

/** The network has never seen these patterns and calls them otherwise, so `ztw train` has to be told to go on. */
export const allowMismatch = '--allow-mismatch';

const size = 28;
const classes = 10;

/** Pixels of one image of a class: a grating whose direction and width are the class's. */
function pattern(label: number, random: () => number): Uint8Array {
  const angle = (Math.PI * label) / classes;
  return Uint8Array.from({ length: size * size }, (_, position) => {
    const x = position % size;
    const y = Math.floor(position / size);
    const wave = Math.sin((x * Math.cos(angle) + y * Math.sin(angle)) / (1 + (label % 3)));
    return Math.min(255, Math.max(0, 128 + 90 * wave + 60 * (random() - 0.5)));
  });
}

/** Writes `images.npy` and `labels.npy`; the labels go round the classes. @returns the folder. */
export async function writeArrays(folder: string, rows: number, seed: number): Promise<string> {
  await mkdir(folder, { recursive: true });
  const random = seededRandom(seed);
  const labels = Int32Array.from({ length: rows }, (_, row) => row % classes);
  const pixels = new Uint8Array(rows * size * size);
  labels.forEach((label, row) => {
    pixels.set(pattern(label, random), row * size * size);
  });
  await writeFile(join(folder, 'images.npy'), writeNpy(pixels, [rows, size, size]));
  await writeFile(join(folder, 'labels.npy'), writeNpy(labels, [rows]));
  return folder;
}

/** Writes a few PNG files without labels, and one file that only claims to be one. @returns the folder. */
export async function writeImages(folder: string, count: number): Promise<string> {
  await mkdir(folder, { recursive: true });
  const random = seededRandom(5);
  for (let index = 0; index < count; index++) {
    const raw = { width: size, height: size, channels: 1 } as const;
    await sharp(pattern(index % classes, random), { raw })
      .png()
      .toFile(join(folder, `image-${index}.png`));
  }
  await writeFile(join(folder, 'broken.png'), 'this is no image');
  return folder;
}

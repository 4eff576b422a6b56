// A folder of JPEG images at the size that people use: 224x224 pixels, 1,000 classes. Every class has two waves of
// colour, every image its own noise. They serve to measure time, memory and disk space; a network of random weights
// learns little of them.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { seededRandom } from '@ztw/heads';
import sharp from 'sharp';

export interface WriteImagesOptions {
  readonly folder: string;
  /** Whole folders `class-0000` to `class-0999`, so at least as many as classes. */
  readonly images: number;
  readonly classes: number;
  /** Pixels on a side. */
  readonly size: number;
  readonly seed: number;
}

/** Patterns are drawn on this many pixels a side and enlarged, which gives an image smooth areas as a photograph has. */
const drawn = 32;
/** Encoders at work at a time. */
const atOnce = 8;

/** Writes `class-0000/00.jpg` and so on. The same options give the same pixels. */
export async function writeImages({ folder, images, classes, size, seed }: WriteImagesOptions): Promise<void> {
  for (let label = 0; label < classes; label++) await mkdir(join(folder, className(label)), { recursive: true });
  for (let first = 0; first < images; first += atOnce) {
    const batch = Array.from({ length: Math.min(atOnce, images - first) }, (_, index) => first + index);
    await Promise.all(
      batch.map(async (image) => {
        const label = image % classes;
        const pixels = draw(seed, label, image);
        const jpeg = await sharp(pixels, { raw: { width: drawn, height: drawn, channels: 3 } })
          .resize(size, size, { kernel: 'cubic' })
          .jpeg({ quality: 85 })
          .toBuffer();
        const name = String(Math.floor(image / classes)).padStart(2, '0');
        await writeFile(join(folder, className(label), `${name}.jpg`), jpeg);
      }),
    );
  }
}

const className = (label: number): string => `class-${String(label).padStart(4, '0')}`;

/** RGB, channels last. */
function draw(seed: number, label: number, image: number): Uint8Array {
  const ofClass = seededRandom(seed * 1_000_003 + label);
  const ofImage = seededRandom(seed * 2_000_003 + image);
  const channels = Array.from({ length: 3 }, () => ({
    across: 1 + ofClass() * 5,
    down: 1 + ofClass() * 5,
    shift: ofClass() * 2 * Math.PI,
  }));
  const pixels = new Uint8Array(drawn * drawn * 3);
  for (let y = 0; y < drawn; y++) {
    for (let x = 0; x < drawn; x++) {
      for (const [channel, { across, down, shift }] of channels.entries()) {
        const wave = Math.sin((2 * Math.PI * (across * x + down * y)) / drawn + shift);
        pixels[(y * drawn + x) * 3 + channel] = Math.round(128 + 80 * wave + 40 * (ofImage() - 0.5));
      }
    }
  }
  return pixels;
}

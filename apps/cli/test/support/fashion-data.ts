// Real images of the network's own classes, as a user may have them: class folders with names of their own, or arrays.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { openData, writeNpy } from '../../src/data/index.ts';

const size = 28;

/** In the order of the network's outputs; folders of these names are in another order. */
export const fashionNames: readonly string[] = [
  ...['T-shirt', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot'],
];

interface FashionRows {
  /** uint8 `[rows, 28, 28]`. */
  readonly pixels: Uint8Array;
  readonly labels: Int32Array;
}

/** The rows `first` to `first + rows` of `fashion-mnist:train`; they go through the classes in turn. */
async function readRows(rows: number, first: number): Promise<FashionRows> {
  const target = { height: size, width: size, channels: 1, resize: 'none' } as const;
  const data = await openData('fashion-mnist:train', { ...target, limit: first + rows });
  const chosen = Int32Array.from({ length: rows }, (_, row) => first + row);
  return { pixels: await data.pixels(chosen), labels: chosen.map((row) => data.labels![row]!) };
}

/** Writes a PNG per row into the folder of its class. @returns the folder. */
export async function writeFashionFolders(folder: string, rows: number, first = 0): Promise<string> {
  const { pixels, labels } = await readRows(rows, first);
  for (const [row, label] of labels.entries()) {
    const classFolder = join(folder, fashionNames[label]!);
    await mkdir(classFolder, { recursive: true });
    const image = pixels.subarray(row * size * size, (row + 1) * size * size);
    const name = `${String(first + row).padStart(5, '0')}.png`;
    await sharp(image, { raw: { width: size, height: size, channels: 1 } })
      .png()
      .toFile(join(classFolder, name));
  }
  return folder;
}

/** Writes `images.npy` and `labels.npy`, labels as `labelOf` gives them. @returns the folder. */
export async function writeFashionArrays(
  folder: string,
  rows: number,
  labelOf: (label: number, row: number) => number = (label) => label,
): Promise<string> {
  const { pixels, labels } = await readRows(rows, 0);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'images.npy'), writeNpy(pixels, [rows, size, size]));
  await writeFile(join(folder, 'labels.npy'), writeNpy(labels.map(labelOf), [rows]));
  return folder;
}

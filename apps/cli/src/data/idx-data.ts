import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { InvalidDataError } from '@ztw/core';
import type { PixelArray } from './array-data.ts';
import { readFileBytes } from './files.ts';
import { readIdx } from './idx.ts';
import { readLabels } from './labels-file.ts';

/**
 * Images from an IDX file, with the labels beside it under the usual name
 * (`train-images-idx3-ubyte[.gz]` -> `train-labels-idx1-ubyte[.gz]`).
 * @throws InvalidDataError for a damaged file, or a file of labels instead of images.
 */
export async function readIdxData(path: string): Promise<PixelArray> {
  const { shape, data } = readIdx(await readFileBytes(path), path);
  const [count, height, width, channels = 1] = shape;
  if (count === undefined || height === undefined || width === undefined) {
    throw new InvalidDataError(
      `${path} has ${shape.length} ax${shape.length === 1 ? 'is' : 'es'}, expected images (count, height, width). Name the file of images; its labels are found beside it.`,
      { path },
    );
  }
  if (channels !== 1 && channels !== 3) {
    throw new InvalidDataError(`${path} holds images of ${channels} channels, expected 1 or 3.`, { path });
  }
  const rowBytes = height * width * channels;
  const labelsFile = await labelsBeside(path);
  return {
    name: basename(path),
    count,
    height,
    width,
    channels,
    layout: 'channels-last',
    labels: labelsFile === null ? null : await readLabels(labelsFile),
    classNames: null,
    row: (index) => data.subarray(index * rowBytes, (index + 1) * rowBytes),
  };
}

/** The file of labels that belongs to a file of images by its name, gzipped or not; null where there is none. */
async function labelsBeside(path: string): Promise<string | null> {
  const plain = (name: string) => name.replace(/\.gz$/, '');
  const wanted = plain(basename(path)).replace('images', 'labels').replace('idx3', 'idx1');
  if (wanted === plain(basename(path))) return null;
  const found = (await readdir(dirname(path))).find((name) => plain(name) === wanted);
  return found === undefined ? null : join(dirname(path), found);
}
